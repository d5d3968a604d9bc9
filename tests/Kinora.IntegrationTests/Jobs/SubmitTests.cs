using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

public sealed class SubmitTests(KinoraFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Equal_requests_at_once_and_later_get_one_job()
    {
        using var user = await (await fixture.OnFolderAsync()).CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());

        var ids = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => user.TranscodeAsync(videoId)));

        var jobId = Assert.Single(ids.Distinct());
        await user.WaitForJobAsync(jobId);
        Assert.Equal(jobId, await user.TranscodeAsync(videoId));
        Assert.Single((await user.GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").EnumerateArray(), j => j.Text("type") == "HLS");
    }

    [Fact]
    public async Task Other_renditions_conflict_with_the_live_job()
    {
        using var user = await (await fixture.OnFolderAsync()).CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.LongAsync());
        var live = await user.TranscodeAsync(videoId);

        using var other = await user.PostAsync($"/v1/videos/{videoId}/transcodes", new { renditions = new[] { "240p" } });

        var details = await other.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(live, details.GetProperty("jobId").GetGuid());
        using var canceled = await user.PostAsync($"/v1/jobs/{live}/cancel");
        Assert.Equal(HttpStatusCode.OK, canceled.StatusCode);
    }

    [Fact]
    public async Task A_transcode_before_the_analysis_has_succeeded_conflicts()
    {
        await using var deployment = await Deployment.StartAsync(null);
        using var user = await deployment.CreateUserAsync();
        var (videoId, _) = await user.UploadAsync(await SourceClips.ShortAsync());

        using var early = await user.PostAsync($"/v1/videos/{videoId}/transcodes");

        await early.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("UPLOADED", (await user.VideoAsync(videoId)).Text("status"));
        Assert.Equal("WAITING_FOR_WORKER", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
    }

    [Fact]
    public async Task A_player_goes_on_with_the_old_edition_while_the_master_names_the_new_one()
    {
        using var user = await (await fixture.OnFolderAsync()).CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var first = await user.TranscodeAsync(videoId, new { renditions = new[] { "240p" } });
        await user.WaitForJobAsync(first);
        var master = await MasterAsync(user, videoId);
        var old = await PlaylistAsync(user, videoId, master);

        var second = await user.TranscodeAsync(videoId, new { renditions = new[] { "240p" }, force = true });

        Assert.NotEqual(first, second);
        await user.WaitForJobAsync(second);
        var now = await MasterAsync(user, videoId);
        Assert.NotEqual(master, now);
        Assert.Equal(old, await PlaylistAsync(user, videoId, master));
        await PlaylistAsync(user, videoId, now);
        Assert.Equal(second, await user.TranscodeAsync(videoId, new { renditions = new[] { "240p" } }));
    }

    /// <summary>The name of the first media playlist in the master.</summary>
    private static async Task<string> MasterAsync(KinoraClient user, Guid videoId)
    {
        var master = await user.Http.GetStringAsync($"/v1/videos/{videoId}/hls/master.m3u8", Cancellation);
        return master.Split('\n').First(line => line.Length > 0 && line[0] != '#');
    }

    /// <summary>The playlist, of which the last segment was fetched as well.</summary>
    private static async Task<string> PlaylistAsync(KinoraClient user, Guid videoId, string name)
    {
        var path = $"/v1/videos/{videoId}/hls/{name}";
        var playlist = await user.Http.GetStringAsync(path, Cancellation);
        var segment = playlist.Split('\n').Last(line => line.Length > 0 && line[0] != '#');
        Assert.Equal(HttpStatusCode.OK, await user.StatusOfAsync($"{path[..path.LastIndexOf('/')]}/{segment}"));
        return playlist;
    }
}
