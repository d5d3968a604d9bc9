using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using StackExchange.Redis;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>PostgreSQL or Redis goes away under a running system, and comes back.</summary>
[Collection("deployments")]
public sealed class StoreOutageTests : DeploymentTest
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    protected override string[] Settings => ["Kinora__Jobs__RedispatchAfter=00:00:02", "Kinora__Worker__PollInterval=00:00:00.5"];

    [Fact]
    public async Task Without_redis_requests_are_taken_and_jobs_are_done_all_the_same()
    {
        await Deployment.StartWorkerAsync();
        await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await Deployment.StopRedisAsync();

        var started = TimeProvider.System.GetTimestamp();
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await User.TranscodeAsync(videoId);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, 3 * AnswerLimit);
        await User.WaitForJobAsync(jobId);
        Assert.Equal("READY", (await User.VideoAsync(videoId)).Text("status"));
        await ShouldBeDownAsync("redis", "degraded", ready: HttpStatusCode.OK);

        await Deployment.StartRedisAgainAsync();
        await Eventually.TrueAsync(async () => await User.StatusOfAsync("/health") == HttpStatusCode.OK, () => Deployment.Log);
        await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
    }

    [Fact]
    public async Task Jobs_outlive_the_loss_of_every_key_in_redis()
    {
        var uploads = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            uploads.Add((await User.UploadAsync(await SourceClips.ShortAsync())).JobId);
        }

        Assert.NotEqual(0, (int)await CommandAsync("DBSIZE"));
        await CommandAsync("FLUSHALL");

        await Deployment.StartWorkerAsync();
        foreach (var jobId in uploads)
        {
            await User.WaitForJobAsync(jobId);
        }
    }

    [Fact]
    public async Task A_redis_that_is_full_is_one_that_is_away()
    {
        var worker = await Deployment.StartWorkerAsync();
        await CommandAsync("CONFIG", "SET", "maxmemory", "1");

        var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await User.WaitForJobAsync(await User.TranscodeAsync(videoId));

        await CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Assert.False(worker.Exited.IsCompleted);
    }

    [Fact]
    public async Task All_processes_outlive_a_restart_of_postgres()
    {
        var worker = await Deployment.StartWorkerAsync();
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        var jobId = await User.TranscodeAsync(videoId);
        await User.WaitForProgressAsync(jobId);

        await Deployment.StopPostgresAsync();
        foreach (var path in (string[])["/v1/videos", $"/v1/videos/{videoId}", $"/v1/jobs/{jobId}", $"/v1/videos/{videoId}/hls/master.m3u8"])
        {
            using var response = await User.Http.GetAsync(path, Cancellation).WaitAsync(AnswerLimit, Cancellation);
            await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
            Assert.NotNull(response.Headers.RetryAfter);
        }

        using (var upload = await User.SendUploadAsync(await SourceClips.ShortAsync()))
        {
            await upload.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        }

        Assert.Empty(Directory.EnumerateFiles(Deployment.UploadFolder));
        await ShouldBeDownAsync("db", "down", ready: HttpStatusCode.ServiceUnavailable);

        await Deployment.StartPostgresAgainAsync();
        await Eventually.TrueAsync(async () => await User.StatusOfAsync("/v1/videos") == HttpStatusCode.OK, () => Deployment.Log);
        await User.WaitForJobAsync(jobId);
        await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Assert.Equal(HttpStatusCode.OK, await User.StatusOfAsync("/health"));
        Assert.False(worker.Exited.IsCompleted);
        Assert.False(Deployment.Api.Exited.IsCompleted);
    }

    private async Task<RedisResult> CommandAsync(string command, params object[] arguments)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{Deployment.RedisConnectionString},allowAdmin=true");
        return await redis.GetDatabase().ExecuteAsync(command, arguments);
    }

    private async Task ShouldBeDownAsync(string check, string status, HttpStatusCode ready)
    {
        using var response = await User.Http.GetAsync("/health", Cancellation).WaitAsync(AnswerLimit, Cancellation);
        var report = await User.BodyAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(status, report.Text("status"));
        var down = report.GetProperty("checks").EnumerateObject().Where(c => c.Value.Text("status") == "down").Select(c => c.Name);
        Assert.Equal([check], down);
        Assert.Equal(ready, await User.StatusOfAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await User.StatusOfAsync("/health/live"));
    }
}
