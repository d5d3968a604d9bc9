using System.Security.Cryptography;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

/// <summary>Fetches of several parts, over workers that die; one subclass a store.</summary>
public abstract class UrlUploadContract : DeploymentTest
{
    private const long Megabyte = 1024 * 1024;
    private readonly FileServer _server = new();

    protected override string[] Settings => [.. _server.Settings, "Kinora__Uploads__PartBytes=5242880", "Kinora__Jobs__Lease=00:00:03"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_clip_that_an_address_leads_to_plays()
    {
        await Deployment.StartWorkerAsync();
        var clip = await SourceClips.ShortAsync();
        var url = _server.Serve(exchange => FileServer.SendAsync(exchange, new PaddedClip(clip, 23 * Megabyte + 1)));

        var (videoId, jobId) = await User.SubmitUrlAsync(_server.Redirect(url), transcode: true);

        await User.WaitForJobAsync(jobId);
        var video = await User.WaitForStatusAsync(videoId, "READY");
        Assert.Equal(("a walk.mp4", "a walk", "video/mp4"), (video.Text("originalFilename"), video.Text("title"), video.Text("contentType")));
        await AssertStoredAsync(videoId, clip, 23 * Megabyte + 1);
        var playback = await User.GetAsync($"/v1/videos/{videoId}/playback");
        Assert.Contains("#EXT-X-STREAM-INF", await User.Http.GetStringAsync(playback.Text("masterUrl"), Cancellation));
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData($"{FailpointName.FetchInBody}:kill@90")]
    [InlineData($"{FailpointName.FetchAfterPut}:kill")]
    [InlineData($"{FailpointName.CompleteBeforeCommit}:kill")]
    [InlineData($"{FailpointName.FetchAfterComplete}:kill")]
    public async Task A_worker_that_is_killed_at_it_is_replaced_and_leaves_nothing(string death)
    {
        await using var victim = await Deployment.StartWorkerAsync(Deployment.Failpoints.Settings(death));
        var clip = await SourceClips.TinyAsync();
        var url = _server.Serve(exchange => FileServer.SendAsync(exchange, new PaddedClip(clip, 24 * Megabyte)));
        var (videoId, jobId) = await User.SubmitUrlAsync(url);
        await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
        Assert.True(await Deployment.Failpoints.HasKilledAsync(victim, death.Split(':')[0]), $"{death} never fired");

        await Deployment.StartWorkerAsync();

        await User.WaitForJobAsync(jobId);
        await User.WaitForJobAsync((await User.JobAsync(videoId, "ANALYZE")).GetProperty("id").GetGuid());
        await AssertStoredAsync(videoId, clip, 24 * Megabyte);
        Assert.Single((await User.GetAsync("/v1/videos")).GetProperty("items").EnumerateArray());
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_worker_that_was_frozen_over_its_lease_overwrites_nothing()
    {
        // It is stopped when the object is whole, and goes on when another one has made the video of its own.
        var zombie = await Deployment.StartWorkerAsync(Deployment.Failpoints.Settings($"{FailpointName.FetchAfterPut}:delay=1500"));
        var clip = await SourceClips.TinyAsync();
        var url = _server.ServeFile(clip);
        var (videoId, jobId) = await User.SubmitUrlAsync(url);
        await Deployment.Failpoints.WaitAsync(FailpointName.FetchAfterPut);
        zombie.Signal(PosixSignalNumber.Stop);
        await Deployment.StartWorkerAsync();
        await User.WaitForJobAsync(jobId);
        var key = await Deployment.QueryAsync<string>($"SELECT source_key FROM videos WHERE id = '{videoId}'");

        zombie.Signal(PosixSignalNumber.Continue);

        await User.WaitForJobAsync((await User.JobAsync(videoId, "ANALYZE")).GetProperty("id").GetGuid());
        await AssertStoredAsync(videoId, clip, new FileInfo(clip).Length);
        Assert.Equal(2, _server.CountOf(url));
        await AssertNothingIsLeftAsync();
        Assert.Equal(key, await Deployment.QueryAsync<string>($"SELECT source_key FROM videos WHERE id = '{videoId}'"));
    }

    private async Task AssertStoredAsync(Guid videoId, string clip, long length)
    {
        var key = await Deployment.QueryAsync<string>($"SELECT source_key FROM videos WHERE id = '{videoId}'");
        var sha256 = await Deployment.QueryAsync<byte[]>($"SELECT sha256 FROM videos WHERE id = '{videoId}'");
        await using Stream expected = length == new FileInfo(clip).Length ? File.OpenRead(clip) : new PaddedClip(clip, length);
        var hash = await SHA256.HashDataAsync(expected, Cancellation);
        Assert.Equal(hash, sha256);
        var store = Deployment.OpenStore();
        using var disposable = store as IDisposable;
        await using var content = await store.OpenReadAsync(key, 0, null, Cancellation);
        Assert.Equal(hash, await SHA256.HashDataAsync(content!.Stream, Cancellation));
        Assert.Equal(length, content.TotalLength);
    }

    /// <summary>One object is the source's; nothing is unknown to the rows, begun and not ended, or in a scratch folder; the address is forgotten.</summary>
    private async Task AssertNothingIsLeftAsync()
    {
        await Eventually.TrueAsync(
            async () => (await Deployment.FsckAsync()).Code == 0 && Deployment.ListScratchFiles().Count == 0
                && await Deployment.QueryAsync<long>("SELECT count(*) FROM storage_intents WHERE state = 'WRITING'") == 0,
            () => $"{string.Join('\n', Deployment.ListScratchFiles())}\n{Deployment.Log}",
            TimeSpan.FromSeconds(60));
        foreach (var videoId in (await User.GetAsync("/v1/videos")).GetProperty("items").EnumerateArray().Select(v => v.GetProperty("id").GetGuid()))
        {
            Assert.Single(await Deployment.ListObjectsAsync(videoId), key => key.StartsWith("sources/", StringComparison.Ordinal));
        }

        Assert.Equal(0, await Deployment.QueryAsync<long>("SELECT count(*) FROM videos WHERE fetch_url IS NOT NULL"));
        Assert.DoesNotContain("secret", Deployment.Log, StringComparison.Ordinal);
    }
}
