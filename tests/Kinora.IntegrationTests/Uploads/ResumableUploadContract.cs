using System.Net;
using System.Text.Json;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Security;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Uploads;

/// <summary>Resumable uploads over processes that die and clients that vanish; one subclass a store.</summary>
public abstract class ResumableUploadContract : DeploymentTest
{
    private const int Megabyte = 1024 * 1024;
    private const int PartBytes = 5 * Megabyte;
    private readonly TestFolder _files = new();

    protected override string[] Settings => [$"Kinora__Uploads__PartBytes={PartBytes}"];

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _files.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_upload_that_is_cut_and_whose_apis_are_killed_arrives_byte_for_byte()
    {
        var path = await WriteClipAsync(44 * Megabyte);
        string[] deaths =
        [
            $"{FailpointName.UploadAfterPart}:kill@2", $"{FailpointName.UploadAfterReceive}:kill", $"{FailpointName.UploadBeforeComplete}:kill",
            $"{FailpointName.UploadAfterComplete}:kill", $"{FailpointName.UploadBeforeCommit}:kill", $"{FailpointName.UploadAfterCommit}:kill",
        ];
        string? upload = null;

        // Nobody does the victims' work before they are dead.
        Deployment.Api.Signal(PosixSignalNumber.Stop);
        foreach (var death in deaths)
        {
            await using var victim = await Deployment.StartApiAsync(Deployment.Failpoints.Settings(death));
            var said = await SendAsync(victim.Address, path, upload, cuts: upload is null ? [3 * Megabyte] : []);
            Assert.Equal("failed", said[^1].Text("event"));
            await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
            Assert.True(await Deployment.Failpoints.HasKilledAsync(victim, death.Split(':')[0]), $"{death} never fired");
            upload ??= said.First(line => line.Text("event") == "url").Text("url");
        }

        Deployment.Api.Signal(PosixSignalNumber.Continue);
        var last = (await SendAsync(Deployment.Api.Address, path, upload, []))[^1];

        var videoId = last.GetProperty("videoId").GetGuid();
        await User.WaitForJobAsync(last.GetProperty("analyzeJobId").GetGuid());
        var video = await User.VideoAsync(videoId);
        Assert.Equal(("a walk.mp4", 44L * Megabyte), (video.Text("originalFilename"), video.GetProperty("sizeBytes").GetInt64()));
        await AssertStoredAsync(videoId, path);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_large_upload_arrives_over_many_cuts_and_deaths()
    {
        var (megabytes, kills, cutsEach) = (ChaosScale.Of(100, 2048), ChaosScale.Of(1, 5), 4);
        var path = await WriteClipAsync((long)megabytes * Megabyte);
        var stretch = (long)megabytes * Megabyte / (kills + 1);
        string? upload = null;
        var cuts = 0;
        for (var i = 0; i < kills; i++)
        {
            var death = $"{FailpointName.UploadAfterPart}:kill@{stretch / PartBytes}";
            await using var victim = await Deployment.StartApiAsync(Deployment.Failpoints.Settings(death));
            cuts += Count(await SendAsync(victim.Address, path, upload, CutsOf(i)), ref upload);
            await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
            Assert.True(await Deployment.Failpoints.HasKilledAsync(victim, FailpointName.UploadAfterPart), $"{death} never fired");
        }

        var said = await SendAsync(Deployment.Api.Address, path, upload, []);

        Assert.True(said[^1].Text("event") == "done", $"{string.Join('\n', said)}\n{Deployment.Log}");
        await AssertStoredAsync(said[^1].GetProperty("videoId").GetGuid(), path);
        await AssertNothingIsLeftAsync();
        Assert.Equal(kills * cutsEach, cuts);
        SecurityReport.Add(
            "Uploads that survive", $"{megabytes} MB by tus-js-client, {GetType().Name}",
            $"cut {cuts} times, its API killed {kills} times: SHA-256 equal, 0 parts, tails and spooled files left");

        long[] CutsOf(int kill) => [.. Enumerable.Range(1, cutsEach).Select(n => (kill * stretch) + (n * stretch / (cutsEach + 2)))];
    }

    [Theory]
    [InlineData(1 * Megabyte)]
    [InlineData(7 * Megabyte)]
    public async Task A_client_that_sends_in_chunks_and_is_cut_again_and_again(int chunkSize)
    {
        var path = await WriteClipAsync(20 * Megabyte);

        var said = await SendAsync(Deployment.Api.Address, path, null, [.. Enumerable.Range(1, 6).Select(i => i * 3L * Megabyte)], chunkSize);

        Assert.True(said[^1].Text("event") == "done", $"{string.Join('\n', said)}\n{Deployment.Log}");
        Assert.InRange(said.Count(line => line.Text("event") == "cut"), 2, 6);
        await AssertStoredAsync(said[^1].GetProperty("videoId").GetGuid(), path);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task What_is_never_ended_is_collected()
    {
        var bytes = await File.ReadAllBytesAsync(await WriteClipAsync(12 * Megabyte), Cancellation);
        await using var api = await Deployment.StartApiAsync("Kinora__Uploads__ExpiresAfter=00:00:15");
        using var user = User.At(api.Address);
        var tus = new TusClient(user.Http);
        var upload = await tus.CreateAsync(bytes.Length);
        using var patched = await tus.PatchAsync(upload, 0, bytes[..(7 * Megabyte)]);
        Assert.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        Assert.NotEmpty(await LeftAsync());

        await AssertNothingIsLeftAsync();

        using var head = await tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.Gone, head.StatusCode);
        using var late = await tus.PatchAsync(upload, 7 * Megabyte, bytes[(7 * Megabyte)..]);
        await late.ShouldBeErrorAsync(HttpStatusCode.Gone, "GONE");
    }

    private async Task<string> WriteClipAsync(long length)
    {
        var path = _files.Path("a walk.mp4");
        await using var file = File.Create(path);
        await new PaddedClip(await SourceClips.ShortAsync(), length).CopyToAsync(file, Cancellation);
        return path;
    }

    /// <returns>How often the client was cut.</returns>
    private static int Count(IReadOnlyList<JsonElement> said, ref string? upload)
    {
        Assert.Equal("failed", said[^1].Text("event"));
        upload ??= said.First(line => line.Text("event") == "url").Text("url");
        return said.Count(line => line.Text("event") == "cut");
    }

    private Task<IReadOnlyList<JsonElement>> SendAsync(Uri api, string path, string? upload, long[] cuts, int? chunkSize = null) =>
        TusJsClient.RunAsync(new
        {
            endpoint = new Uri(api, "/v1/uploads"),
            uploadUrl = upload is null ? null : new Uri(api, new Uri(upload).AbsolutePath),
            token = User.Http.DefaultRequestHeaders.Authorization!.Parameter,
            path,
            cuts,
            chunkSize,
            metadata = new { filename = "a walk.mp4" },
        });

    private async Task AssertStoredAsync(Guid videoId, string path)
    {
        var store = Deployment.OpenStore();
        using var disposable = store as IDisposable;
        await using var content = await store.OpenReadAsync(ObjectKey.Source(videoId), 0, null, Cancellation);
        await using var file = File.OpenRead(path);
        var checksum = await Deployment.QueryAsync<byte[]>($"SELECT sha256 FROM videos WHERE id = '{videoId}'");
        using var hash = SourceHash.Like(checksum);
        var (stored, sent) = (new byte[Megabyte], new byte[Megabyte]);
        while (await content!.Stream.ReadAtLeastAsync(stored, Megabyte, throwOnEndOfStream: false, Cancellation) is var count && count > 0)
        {
            Assert.Equal(count, await file.ReadAtLeastAsync(sent.AsMemory(0, count), count, throwOnEndOfStream: false, Cancellation));
            Assert.True(stored.AsSpan(0, count).SequenceEqual(sent.AsSpan(0, count)), $"other bytes before {file.Position}");
            hash.Append(stored.AsSpan(0, count));
        }

        Assert.Equal(file.Length, file.Position);
        Assert.Equal(checksum, hash.Finish());
    }

    private Task AssertNothingIsLeftAsync()
    {
        IReadOnlyList<string> left = [];
        return Eventually.TrueAsync(async () => (left = await LeftAsync()).Count == 0, () => $"{string.Join('\n', left)}\n{Deployment.Log}", KinoraClient.Patience);
    }

    /// <summary>Tails, objects in parts, and what APIs have spooled.</summary>
    private async Task<IReadOnlyList<string>> LeftAsync()
    {
        var store = Deployment.OpenStore();
        using var disposable = store as IDisposable;
        var tails = await store.ListAsync("uploads/", Cancellation).Select(o => o.Key).ToListAsync(Cancellation);
        var puts = await store.ListUnfinishedAsync(TimeProvider.System.GetUtcNow().AddMinutes(1), Cancellation)
            .Select(p => $"{p.Key} in parts").ToListAsync(Cancellation);
        return [.. tails, .. puts, .. Directory.EnumerateFiles(Deployment.UploadFolder)];
    }
}
