using System.Net;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Chaos.Kills;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>A video is played while it is being encoded, span by span, by whoever has the link.</summary>
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
    public async Task A_worker_that_dies_in_the_midst_of_a_span_costs_that_span_alone()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.GrowingAsync());
        Witness.SawVideo(videoId, User);
        var failpoints = Deployment.NewFailpoints();
        var rule = failpoints.Settings("hls.encode_50:delay=60000@1");
        var jobId = await User.TranscodeAsync(videoId);
        Witness.SawJob(jobId);
        using var viewer = await GrowingViewer.OpenAsync(User, videoId);

        // The first ones are done by those that live, and rest a while over the next ones.
        await Eventually.TrueAsync(async () => (await DoneAsync(jobId)).Count >= 1, () => Deployment.Log, KinoraClient.Patience);
        await using var victim = await Deployment.StartWorkerAsync([.. rule, "Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Thumbnail=0"]);
        await failpoints.WaitAsync("hls.encode_50");
        var before = await DoneAsync(jobId);
        victim.Signal(PosixSignalNumber.Kill);

        await viewer.WatchToTheEndAsync();

        Witness.SawJob(await User.WaitForJobAsync(jobId));
        Assert.Empty(viewer.Faults);
        var after = await DoneAsync(jobId);
        Assert.All(before, unit => Assert.Contains(unit, after));
        await ShouldBeExactAsync(videoId, SourceClips.GrowingFrames);
        Assert.Empty(await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation));
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

    /// <summary>The spans that are done, each with the attempt that did it.</summary>
    private async Task<IReadOnlyList<(Guid Id, long Fence)>> DoneAsync(Guid jobId)
    {
        await using var command = Deployment.Database.CreateCommand(
            $"SELECT id, fence FROM jobs WHERE parent_id = '{jobId}' AND status = 'SUCCEEDED' AND params ->> 'unit' = 'Span'");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var done = new List<(Guid, long)>();
        while (await reader.ReadAsync(Cancellation))
        {
            done.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        return done;
    }

    /// <summary>Every rendition, from its first to its last frame.</summary>
    private async Task ShouldBeExactAsync(Guid videoId, int frames)
    {
        var report = await User.GetAsync($"/v1/videos/{videoId}/verification");
        Assert.All(report.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("passed").GetBoolean(), check.GetRawText()));
        var counts = report.GetProperty("checks").EnumerateArray().Where(c => c.Text("name") == "frames-are-complete").Select(c => c.Text("actual"));
        Assert.All(counts, count => Assert.Equal($"{frames} frames", count));
        var master = (await User.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!;
        Assert.All(await GrowingViewer.CountFramesAsync(master), count => Assert.Equal(frames, count));
    }
}
