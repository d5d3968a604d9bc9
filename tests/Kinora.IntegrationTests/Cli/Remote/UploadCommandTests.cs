using System.Net;
using System.Text.Json.Nodes;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Cli.Remote;

/// <summary>From a file of somebody to a video that plays, over lines of any kind.</summary>
public sealed class UploadCommandTests(KinoraFixture fixture)
{
    private const int ProcessingFailed = 7;
    private const int Interrupted = 130;
    private const int Megabyte = 1 << 20;
    private const int LargeBytes = 32 * Megabyte;

    /// <summary>Slow enough to be caught in its middle.</summary>
    private const int SlowBytesPerSecond = 2 * Megabyte;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_is_uploaded_and_watched_until_it_plays()
    {
        var deployment = await fixture.OnFolderAsync();
        using var user = await RemoteUser.RegisterAsync(deployment.Api.Address);
        await using var following = await user.StartAsync(["jobs", "--follow", "--json"]);

        var answer = await user.RunAsync("upload", await SourceClips.TinyAsync(), "--title", "By the [bold]sea", "--watch", "--json");

        Assert.True(answer.Code == 0, answer.All);
        var uploaded = answer.Objects.Single(o => Text(o, "event") == "uploaded");
        var videoId = Text(uploaded, "videoId");
        var last = answer.Objects[^1];
        Assert.Equal("ready", Text(last, "event"));
        Assert.StartsWith(new Uri(deployment.Api.Address, "/watch#/v1/videos/").ToString(), Text(last, "watchUrl"), StringComparison.Ordinal);
        Assert.Contains(answer.Objects, o => Text(o, "event") == "job" && Text(o, "type") == "HLS" && Text(o, "status") == "SUCCEEDED");
        Assert.Contains(answer.Objects, o => Text(o, "event") == "status" && Text(o, "status") == "ANALYZED");
        Assert.Equal("[]", (await File.ReadAllTextAsync(user.UploadsFile, Cancellation)).ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));

        var shown = await user.RunAsync("jobs", "--video", videoId, "--follow");
        Assert.True(shown.Code == 0, shown.All);
        Assert.Contains(shown.Output, line => line.Contains("HLS", StringComparison.Ordinal) && line.Contains("succeeded", StringComparison.Ordinal));

        // What somebody else's program has put into a title must not reach a terminal as it is.
        await deployment.QueryAsync<string>($"UPDATE videos SET title = E'\\x1b]0;owned\\x07[red]sea' WHERE id = '{videoId}' RETURNING title");
        var listed = await user.RunAsync("videos", "--status", "ready");
        Assert.Contains(videoId, Assert.Single(listed.Output, line => line.TrimEnd().EndsWith("]0;owned[red]sea", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', listed.All);
        Assert.Equal(0, (await user.RunAsync("videos", "delete", videoId, "--yes")).Code);
        Assert.Empty((await user.RunAsync("videos", "--json")).Output);

        await Eventually.TrueAsync(() => following.Output.Any(IsEncoded), () => string.Join('\n', following.Output));
        following.Signal(PosixSignalNumber.Interrupt);
        Assert.Equal(Interrupted, (await following.EndAsync()).Code);

        bool IsEncoded(string line) => JsonNode.Parse(line) is { } job
            && (Text(job, "videoId"), Text(job, "type"), Text(job, "status")) == (videoId, "HLS", "SUCCEEDED");
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_cut_line_and_after_a_killed_command()
    {
        var deployment = await fixture.OnFolderAsync();
        await using var proxy = TcpProxy.Start(new IPEndPoint(IPAddress.Loopback, deployment.Api.Address.Port), IPAddress.Loopback);
        using var user = await RemoteUser.RegisterAsync(new Uri($"http://{proxy.Address}"));
        var clip = await MakeLargeAsync(user);
        proxy.Throttle(SlowBytesPerSecond);
        await using (var first = await StartUploadAsync(user, clip))
        {
            await UntilSentAsync(first, 4 * Megabyte);
            proxy.ResetAll();
            await UntilSentAsync(first, 16 * Megabyte);
            proxy.Freeze(TcpWay.ToServer);
            first.Signal(PosixSignalNumber.Kill);
            await first.EndAsync();
        }

        // Of what had come before the kill the server tells once it has noticed it.
        proxy.Pass();
        var second = await user.RunAsync("upload", clip, "--no-transcode", "--watch", "--json");

        Assert.True(second.Code == 0, second.All);
        var uploaded = second.Objects.Single(o => Text(o, "event") == "uploaded");
        Assert.InRange((long)uploaded["resumedBytes"]!, 4 * Megabyte, LargeBytes - 1);
        var video = JsonNode.Parse(Assert.Single((await user.RunAsync("videos", "--json")).Output))!;
        Assert.Equal((Text(uploaded, "videoId"), LargeBytes), (Text(video, "id"), (long)video["sizeBytes"]!));
        Assert.Equal("ANALYZED", Text(video, "status"));
        Assert.True(proxy.Fired(TcpFault.Reset) > 0);
    }

    [Fact]
    public async Task A_file_that_cannot_be_processed_is_told_by_the_exit_code()
    {
        using var user = await RemoteUser.RegisterAsync((await fixture.OnFolderAsync()).Api.Address);

        // The beginning of an MP4 (ISO/IEC 14496-12 §4.3), and nothing that it would begin.
        await File.WriteAllBytesAsync(
            user.Home.Path("broken.mp4"), [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isomiso2"u8, .. new byte[4000]], Cancellation);

        var answer = await user.RunAsync("upload", "broken.mp4", "--watch", "--json");

        Assert.True(answer.Code == ProcessingFailed, answer.All);
        Assert.Equal(("failed", ProcessingFailed), (Text(answer.Objects[^1], "event"), (int)answer.Objects[^1]["exitCode"]!));
        Assert.Equal(ProcessingFailed, (await user.RunAsync("jobs", "--video", Text(answer.Objects[^1], "videoId"), "--follow")).Code);
    }

    private static string Text(JsonNode node, string member) => (string?)node[member] ?? "";

    private static async Task<string> MakeLargeAsync(RemoteUser user)
    {
        var path = user.Home.Path("large.mp4");
        await using var file = File.Create(path);
        await using var clip = new PaddedClip(await SourceClips.TinyAsync(), LargeBytes);
        await clip.CopyToAsync(file, Cancellation);
        return path;
    }

    private static Task<RunningCommand> StartUploadAsync(RemoteUser user, string clip) => user.StartAsync(["upload", clip, "--no-transcode", "--watch", "--json"]);

    private static Task UntilSentAsync(RunningCommand upload, long bytes) => Eventually.TrueAsync(
        () => upload.Output.Any(line => (long?)JsonNode.Parse(line)!["sentBytes"] > bytes), () => string.Join('\n', upload.Output), KinoraClient.Patience);
}
