using System.Net;
using System.Text.Json;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Chaos.Kills;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>A video is played while it is being encoded, span by span, by whoever has the link.</summary>
[Collection("deployments")]
public sealed class GrowingPlaybackTests : DeploymentTest
{
    protected override string[] Settings => [.. KillLane.Settings];

    /// <summary>Two, which rest a while over each unit: the video grows for as long as it takes to look at it.</summary>
    protected override IReadOnlyList<string[]> WorkerSettings => [Resting, Resting];

    private string[] Resting =>
    [
        "Kinora__Worker__Concurrency__Hls=2", .. Deployment.Failpoints.Settings("hls.after_package:delay=2500@*"),
    ];

    [Fact]
    public async Task Playlists_grow_at_their_ends_alone_and_become_those_of_the_whole()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.GrowingAsync());
        var jobId = await User.TranscodeAsync(videoId);
        using var viewer = await GrowingViewer.OpenAsync(User, videoId);

        await viewer.WatchToTheEndAsync();

        await User.WaitForJobAsync(jobId);
        Assert.True(viewer.Rounds > 3, $"{viewer.Rounds} rounds");
        Assert.Empty(viewer.Faults);
        var playback = await User.GetAsync($"/v1/videos/{videoId}/playback");
        Assert.True(playback.GetProperty("complete").GetBoolean());
        Assert.Equal("READY", (await User.VideoAsync(videoId)).Text("status"));

        // What was named while it grew is there for ever.
        await viewer.FetchAllAsync();
        Assert.Empty(viewer.Faults);
        await ShouldBeExactAsync(videoId, SourceClips.GrowingFrames);
    }

    [Fact]
    public async Task What_came_to_nothing_is_played_no_more_and_leaves_nothing()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.GrowingAsync());
        Witness.SawVideo(videoId, User);
        var jobId = await User.TranscodeAsync(videoId);
        using var viewer = await GrowingViewer.OpenAsync(User, videoId);

        using var canceled = await User.PostAsync($"/v1/jobs/{jobId}/cancel");

        Witness.SawJob(await User.BodyAsync(canceled, HttpStatusCode.OK));
        using var playback = await User.Http.GetAsync($"/v1/videos/{videoId}/playback", Cancellation);
        await User.BodyAsync(playback, HttpStatusCode.Conflict);
        Assert.Empty(await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation));
    }

    /// <summary>Every rendition, from its first to its last frame, as the report and as ffmpeg say.</summary>
    private async Task ShouldBeExactAsync(Guid videoId, int frames)
    {
        var report = await User.GetAsync($"/v1/videos/{videoId}/verification");
        Assert.All(report.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("passed").GetBoolean(), check.GetRawText()));
        var counts = report.GetProperty("checks").EnumerateArray().Where(c => c.Text("name") == "frames-are-complete").Select(c => c.Text("actual"));
        Assert.All(counts, count => Assert.Equal($"{frames} frames", count));
        await GrowingViewer.ShouldHaveFramesAsync(User, videoId, frames);
    }
}
