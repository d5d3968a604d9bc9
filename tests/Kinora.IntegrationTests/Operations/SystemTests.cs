using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Operations;

/// <summary>What an operator sees of the whole service, and who is none.</summary>
public sealed class SystemTests : DeploymentTest
{
    private readonly TestFolder _files = new();

    protected override IReadOnlyList<string[]> WorkerSettings => [["Kinora__Worker__Concurrency__Hls=3"]];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task An_operator_sees_workers_work_and_failures_of_all_and_nobody_else_does()
    {
        var email = (await User.GetAsync("/v1/me")).Text("email")!;
        Assert.False((await User.GetAsync("/v1/me")).GetProperty("isOperator").GetBoolean());
        using var refused = await User.Http.GetAsync("/v1/system", Cancellation);
        await refused.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await using var api = await Deployment.StartApiAsync(
            $"Kinora__Auth__Operators__0={email.ToUpperInvariant()}", "Kinora__Auth__Operators__1=next@example.org");
        using var operators = User.At(api.Address);
        Assert.True((await operators.GetAsync("/v1/me")).GetProperty("isOperator").GetBoolean());

        // An operator's address that has no account yet is nobody's.
        using var registered = await operators.Http.PostAsJsonAsync(
            "/v1/auth/register", new { email = "Next@example.org", password = ApiUser.DefaultPassword }, Cancellation);
        await registered.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");

        using var other = await Deployment.CreateUserAsync();
        var clip = await SourceClips.TinyAsync();
        var videoId = await other.UploadAnalyzedAsync(clip);
        await other.WaitForJobAsync(await other.TranscodeAsync(videoId));
        var (_, brokenJobId) = await other.UploadAsync(await BreakAsync(clip));
        await other.WaitForJobAsync(brokenJobId, "FAILED");

        var seen = await operators.WaitAsync(
            () => operators.GetAsync("/v1/system"), s => s.GetProperty("workers").GetArrayLength() == 1 && Queue(s, "hls").GetProperty("running").GetInt64() == 0);
        Assert.Equal("ok", seen.Text("status"));
        Assert.Equal(["db", "redis", "storage"], seen.GetProperty("checks").EnumerateObject().Select(c => c.Name).Order());
        Assert.Equal(["fetch", "analyze", "thumbnail", "hls", "webhook"], seen.GetProperty("queues").EnumerateArray().Select(q => q.Text("name")));
        Assert.Equal(JsonValueKind.Number, Queue(seen, "hls").GetProperty("messages").ValueKind);
        var worker = seen.GetProperty("workers")[0];
        Assert.True(worker.GetProperty("isThere").GetBoolean());
        Assert.Equal(3, worker.GetProperty("slots").GetProperty("hls").GetInt32());
        var hours = seen.GetProperty("hours").EnumerateArray().ToList();
        Assert.Equal(24, hours.Count);

        // An hour may have ended in between.
        Assert.Equal(3, hours[^2..].Sum(h => h.GetProperty("succeeded").GetInt64()));
        Assert.Equal(1, hours[^2..].Sum(h => h.GetProperty("failed").GetInt64()));
        Assert.Equal(2, hours[^2..].Sum(h => h.GetProperty("uploads").GetInt64()));
        Assert.InRange(hours[^2..].Sum(h => h.GetProperty("encodedMs").GetInt64()), 1900, 2200);
        var failure = Assert.Single(seen.GetProperty("failures").EnumerateArray());
        Assert.Equal((brokenJobId, "ANALYZE"), (failure.GetProperty("jobId").GetGuid(), failure.Text("type")));
        Assert.NotEmpty(failure.GetProperty("error").Text("code")!);
    }

    [Fact]
    public async Task What_waits_is_counted_without_redis_and_a_worker_that_stops_is_gone()
    {
        var email = (await User.GetAsync("/v1/me")).Text("email")!;
        await using var api = await Deployment.StartApiAsync($"Kinora__Auth__Operators__0={email}");
        using var operators = User.At(api.Address);
        await operators.WaitAsync(() => operators.GetAsync("/v1/system"), s => s.GetProperty("workers").GetArrayLength() == 1);
        Workers[0].Signal(PosixSignalNumber.Terminate);
        await Workers[0].Exited.WaitAsync(KinoraClient.Patience, Cancellation);

        await User.UploadAsync(await SourceClips.TinyAsync());
        await Deployment.StopRedisAsync();

        var seen = await operators.WaitAsync(
            () => operators.GetAsync("/v1/system"), s => Queue(s, "analyze").GetProperty("messages").ValueKind == JsonValueKind.Null);
        Assert.Equal("degraded", seen.Text("status"));
        Assert.Empty(seen.GetProperty("workers").EnumerateArray());
        Assert.Equal(1, Queue(seen, "analyze").GetProperty("waiting").GetInt64());
        Assert.True(Queue(seen, "analyze").GetProperty("oldestWaitingMs").GetInt64() >= 0);
    }

    private static JsonElement Queue(JsonElement system, string name) =>
        system.GetProperty("queues").EnumerateArray().Single(q => q.Text("name") == name);

    /// <summary>A head without the index that tells what follows.</summary>
    private async Task<string> BreakAsync(string clip)
    {
        var path = _files.Path("broken.mp4");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(clip, Cancellation))[..64], Cancellation);
        return path;
    }
}
