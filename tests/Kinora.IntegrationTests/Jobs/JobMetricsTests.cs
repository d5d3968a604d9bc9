using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>What /metrics says of attempts that did not end their job.</summary>
public sealed class JobMetricsTests : DeploymentTest
{
    private const string Hls = "type=\"HLS\"}";

    protected override string[] Settings => ["Kinora__Jobs__Lease=00:00:05", "Kinora__Jobs__Grace=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:00.2"];

    [Fact]
    public async Task Deferrals_releases_and_crashes_are_counted_and_what_follows_them_is_a_retry()
    {
        var failpoints = Deployment.Failpoints;
        var first = await Deployment.StartWorkerAsync(failpoints.Settings("hls.after_fetch:throw=storage@1", "hls.after_scan:hang@1"));
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await User.TranscodeAsync(videoId);

        // Deferred by an outage of the store.
        await failpoints.WaitAsync("hls.after_scan");
        var metrics = await ProcessMetrics.ReadAsync(first, Cancellation);
        Assert.Equal(1, metrics.Sum($"kinora_job_attempts_total{{kind=\"first\",{Hls}"));
        Assert.Equal(1, metrics.Sum($"kinora_job_attempts_total{{kind=\"retry\",{Hls}"));
        Assert.Equal(1, metrics.Sum($"kinora_job_deferrals_total{{code=\"STORAGE\",{Hls}"));
        first.Signal(PosixSignalNumber.Kill);

        // Taken from a worker that was killed, by whoever looks first; then given back by one that is told to end.
        var second = await Deployment.StartWorkerAsync(failpoints.Settings("hls.after_plan:delay=100000@1"));
        await failpoints.WaitAsync("hls.after_plan");
        var crashes = await Task.WhenAll(new[] { Deployment.Api, second }.Select(p => ProcessMetrics.ReadAsync(p, Cancellation)));
        Assert.Equal(1, crashes.Sum(m => m.Sum($"kinora_job_crashes_total{{{Hls}")));
        Assert.Equal(0, crashes.Sum(m => m.Sum("kinora_jobs_finished_total{code=\"POISON\"")));
        second.Signal(PosixSignalNumber.Terminate);
        await second.Exited.WaitAsync(KinoraClient.Patience, Cancellation);

        var third = await Deployment.StartWorkerAsync();
        var job = await User.WaitForJobAsync(jobId);
        Assert.Equal(2, job.GetProperty("attempts").GetInt32());
        metrics = await ProcessMetrics.ReadAsync(third, Cancellation);
        Assert.Equal(0, metrics.Sum($"kinora_job_attempts_total{{kind=\"first\",{Hls}"));
        Assert.Equal(1, metrics.Sum($"kinora_job_attempts_total{{kind=\"retry\",{Hls}"));
        Assert.Equal(1, metrics.Sum("kinora_job_duration_seconds_count{outcome=\"SUCCEEDED\"," + Hls));
    }

    [Fact]
    public async Task A_job_that_takes_the_lives_of_its_workers_is_counted_as_many_times_and_once_as_poison()
    {
        var failpoints = Deployment.Failpoints;
        var (_, jobId) = await User.UploadAsync(await SourceClips.ShortAsync());
        for (var life = 1; life <= Deployment.JobOptions.MaxCrashes; life++)
        {
            var worker = await Deployment.StartWorkerAsync(failpoints.Settings("analyze.before_probe:hang@1"));
            await failpoints.WaitAsync("analyze.before_probe", life);
            worker.Signal(PosixSignalNumber.Kill);
        }

        await User.WaitForJobAsync(jobId, "FAILED");

        // No worker lives that could have taken the last one; those before may have been taken by the next worker.
        ProcessMetrics metrics = null!;
        await Eventually.TrueAsync(
            async () => (metrics = await ProcessMetrics.ReadAsync(Deployment.Api, Cancellation)).Sum("kinora_jobs_finished_total") == 1,
            () => Deployment.Log);
        Assert.Equal(1, metrics.Sum("kinora_jobs_finished_total{code=\"POISON\",outcome=\"FAILED\",type=\"ANALYZE\"}"));
        Assert.InRange(metrics.Sum("kinora_job_crashes_total{type=\"ANALYZE\"}"), 1, Deployment.JobOptions.MaxCrashes);
        Assert.Equal(0, metrics.Sum("kinora_job_duration_seconds_count"));
    }
}
