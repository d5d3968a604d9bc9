using System.Diagnostics;
using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

[Collection("deployments")]
public sealed class CancelTests(KinoraFixture fixture)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_encode_that_is_canceled_ends_at_once_and_leaves_nothing()
    {
        await using var deployment = await Deployment.StartAsync(null, $"Kinora__Jobs__Beat={Beat}", "Kinora__Jobs__Lease=00:02:00");
        var worker = await deployment.StartWorkerAsync();
        using var user = await deployment.CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.LongAsync());
        var kept = await deployment.ListObjectsAsync(videoId);
        var jobId = await user.TranscodeAsync(videoId);
        await Eventually.TrueAsync(() => worker.Encoders.Count > 0, () => deployment.Log);

        using var response = await user.PostAsync($"/v1/jobs/{jobId}/cancel");

        var canceled = Stopwatch.GetTimestamp();
        var job = await user.BodyAsync(response, HttpStatusCode.OK);
        Assert.Equal("CANCELED", job.Text("status"));
        await Eventually.TrueAsync(() => worker.Encoders.Count == 0, () => deployment.Log);

        // By the message: each beat would have told it too.
        Assert.InRange(Stopwatch.GetElapsedTime(canceled), TimeSpan.Zero, Beat / 2);
        await Eventually.TrueAsync(() => deployment.ListScratchFiles().Count == 0, () => string.Join('\n', deployment.ListScratchFiles()));
        Assert.Equal(kept, await deployment.ListObjectsAsync(videoId));
        using var again = await user.PostAsync($"/v1/jobs/{jobId}/cancel");
        Assert.Equal(job.ToString(), (await user.BodyAsync(again, HttpStatusCode.OK)).ToString());
        Assert.Equal("CANCELED", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
        Assert.Equal("ANALYZED", (await user.VideoAsync(videoId)).Text("status"));
        await ShouldBeTriedAgainAsync(user, videoId, jobId);
    }

    [Fact]
    public async Task A_queued_job_that_is_canceled_never_runs()
    {
        await using var deployment = await Deployment.StartAsync(null);
        await deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Hls=0");
        using var user = await deployment.CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.TinyAsync());
        var queued = await user.TranscodeAsync(videoId);
        Assert.Equal("WAITING_FOR_WORKER", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));

        await CancelAsync(user, queued);

        // The worker goes through its queue in order: when it has done this one, it has passed over the other.
        await deployment.StartWorkerAsync();
        await user.WaitForJobAsync(await user.TranscodeAsync(videoId));
        var job = await user.JobAsync(queued);
        Assert.Equal(("CANCELED", 0), (job.Text("status"), job.GetProperty("attempts").GetInt32()));
    }

    [Fact]
    public async Task A_job_that_succeeded_is_neither_canceled_nor_tried_again()
    {
        using var user = await (await fixture.OnFolderAsync()).CreateUserAsync();
        var (_, jobId) = await user.UploadAsync(await SourceClips.ShortAsync());
        await user.WaitForJobAsync(jobId);

        using var cancel = await user.PostAsync($"/v1/jobs/{jobId}/cancel");
        using var retry = await user.PostAsync($"/v1/jobs/{jobId}/retry");

        await cancel.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        await retry.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    private static async Task ShouldBeTriedAgainAsync(KinoraClient user, Guid videoId, Guid jobId)
    {
        using var retried = await user.PostAsync($"/v1/jobs/{jobId}/retry");
        var retry = (await user.BodyAsync(retried, HttpStatusCode.Accepted)).GetProperty("jobId").GetGuid();
        Assert.NotEqual(jobId, retry);
        Assert.Equal(retry, await user.TranscodeAsync(videoId));

        using var whileOneLives = await user.PostAsync($"/v1/jobs/{jobId}/retry");
        var details = await whileOneLives.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(retry, details.GetProperty("jobId").GetGuid());
        using var ofTheLiveOne = await user.PostAsync($"/v1/jobs/{retry}/retry");
        await ofTheLiveOne.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("CANCELED", (await user.JobAsync(jobId)).Text("status"));
        await CancelAsync(user, retry);
    }

    private static async Task CancelAsync(KinoraClient user, Guid jobId)
    {
        using var response = await user.Http.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);
        Assert.Equal("CANCELED", (await user.BodyAsync(response, HttpStatusCode.OK)).Text("status"));
    }
}
