using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using StackExchange.Redis;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>PostgreSQL or Redis goes away under a running system, and comes back.</summary>
[Collection("deployments")]
public sealed class StoreOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(null, "Kinora__Jobs__RedispatchAfter=00:00:02", "Kinora__Worker__PollInterval=00:00:00.5");
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_redis_requests_are_taken_and_jobs_are_done_all_the_same()
    {
        await _deployment.StartWorkerAsync();
        await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await _deployment.StopRedisAsync();

        var started = TimeProvider.System.GetTimestamp();
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await _user.TranscodeAsync(videoId);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, 3 * AnswerLimit);
        await _user.WaitForJobAsync(jobId);
        Assert.Equal("READY", (await _user.VideoAsync(videoId)).Text("status"));
        await ShouldBeDownAsync("redis", "degraded", ready: HttpStatusCode.OK);

        await _deployment.StartRedisAgainAsync();
        await Eventually.TrueAsync(async () => await _user.StatusOfAsync("/health") == HttpStatusCode.OK, () => _deployment.Log);
        await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
    }

    [Fact]
    public async Task Jobs_outlive_the_loss_of_every_key_in_redis()
    {
        var uploads = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            uploads.Add((await _user.UploadAsync(await SourceClips.ShortAsync())).JobId);
        }

        Assert.NotEqual(0, (int)await CommandAsync("DBSIZE"));
        await CommandAsync("FLUSHALL");

        await _deployment.StartWorkerAsync();
        foreach (var jobId in uploads)
        {
            await _user.WaitForJobAsync(jobId);
        }
    }

    [Fact]
    public async Task A_redis_that_is_full_is_one_that_is_away()
    {
        var worker = await _deployment.StartWorkerAsync();
        await CommandAsync("CONFIG", "SET", "maxmemory", "1");

        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await _user.WaitForJobAsync(await _user.TranscodeAsync(videoId));

        await CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Assert.False(worker.Exited.IsCompleted);
    }

    [Fact]
    public async Task All_processes_outlive_a_restart_of_postgres()
    {
        var worker = await _deployment.StartWorkerAsync();
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        var jobId = await _user.TranscodeAsync(videoId);
        await _user.WaitForProgressAsync(jobId);

        await _deployment.StopPostgresAsync();
        foreach (var path in (string[])["/v1/videos", $"/v1/videos/{videoId}", $"/v1/jobs/{jobId}", $"/v1/videos/{videoId}/hls/master.m3u8"])
        {
            using var response = await _user.Http.GetAsync(path, Cancellation).WaitAsync(AnswerLimit, Cancellation);
            await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
            Assert.NotNull(response.Headers.RetryAfter);
        }

        using (var upload = await _user.SendUploadAsync(await SourceClips.ShortAsync()))
        {
            await upload.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        }

        Assert.Empty(Directory.EnumerateFiles(_deployment.UploadFolder));
        await ShouldBeDownAsync("db", "down", ready: HttpStatusCode.ServiceUnavailable);

        await _deployment.StartPostgresAgainAsync();
        await Eventually.TrueAsync(async () => await _user.StatusOfAsync("/v1/videos") == HttpStatusCode.OK, () => _deployment.Log);
        await _user.WaitForJobAsync(jobId);
        await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Assert.Equal(HttpStatusCode.OK, await _user.StatusOfAsync("/health"));
        Assert.False(worker.Exited.IsCompleted);
        Assert.False(_deployment.Api.Exited.IsCompleted);
    }

    private async Task<RedisResult> CommandAsync(string command, params object[] arguments)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{_deployment.RedisConnectionString},allowAdmin=true");
        return await redis.GetDatabase().ExecuteAsync(command, arguments);
    }

    private async Task ShouldBeDownAsync(string check, string status, HttpStatusCode ready)
    {
        using var response = await _user.Http.GetAsync("/health", Cancellation).WaitAsync(AnswerLimit, Cancellation);
        var report = await _user.BodyAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(status, report.Text("status"));
        var down = report.GetProperty("checks").EnumerateObject().Where(c => c.Value.Text("status") == "down").Select(c => c.Name);
        Assert.Equal([check], down);
        Assert.Equal(ready, await _user.StatusOfAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await _user.StatusOfAsync("/health/live"));
    }
}
