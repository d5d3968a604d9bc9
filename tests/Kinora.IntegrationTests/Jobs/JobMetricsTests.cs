using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>What /metrics says of attempts that did not end their job.</summary>
[Collection("deployments")]
public sealed class JobMetricsTests : IAsyncLifetime
{
    private const string Hls = "type=\"HLS\"}";
    private readonly TestFolder _folder = new();
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(
            null, "Kinora__Jobs__Lease=00:00:05", "Kinora__Jobs__Grace=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:00.2");
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Deferrals_releases_and_crashes_are_counted_and_what_follows_them_is_a_retry()
    {
        var failpoints = new ArmedFailpoints(_folder.Path("failpoints.log"));
        var first = await _deployment.StartWorkerAsync(failpoints.Settings("hls.after_fetch:throw=storage@1", "hls.after_scan:hang@1"));
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await _user.TranscodeAsync(videoId);

        // Deferred by an outage of the store.
        await failpoints.WaitAsync("hls.after_scan");
        var metrics = await ProcessMetrics.ReadAsync(first, Cancellation);
        Assert.Equal(1, metrics.Sum($"kinora_job_attempts_total{{kind=\"first\",{Hls}"));
        Assert.Equal(1, metrics.Sum($"kinora_job_attempts_total{{kind=\"retry\",{Hls}"));
        Assert.Equal(1, metrics.Sum($"kinora_job_deferrals_total{{code=\"STORAGE\",{Hls}"));
        first.Signal(PosixSignalNumber.Kill);

        // Taken from a worker that was killed, by whoever looks first; then given back by one that is told to end.
        var second = await _deployment.StartWorkerAsync(failpoints.Settings("hls.after_plan:delay=100000@1"));
        await failpoints.WaitAsync("hls.after_plan");
        var crashes = await Task.WhenAll(new[] { _deployment.Api, second }.Select(p => ProcessMetrics.ReadAsync(p, Cancellation)));
        Assert.Equal(1, crashes.Sum(m => m.Sum($"kinora_job_crashes_total{{{Hls}")));
        Assert.Equal(0, crashes.Sum(m => m.Sum("kinora_jobs_finished_total{code=\"POISON\"")));
        second.Signal(PosixSignalNumber.Terminate);
        await second.Exited.WaitAsync(KinoraClient.Patience, Cancellation);

        var third = await _deployment.StartWorkerAsync();
        var job = await _user.WaitForJobAsync(jobId);
        Assert.Equal(2, job.GetProperty("attempts").GetInt32());
        metrics = await ProcessMetrics.ReadAsync(third, Cancellation);
        Assert.Equal(0, metrics.Sum($"kinora_job_attempts_total{{kind=\"first\",{Hls}"));
        Assert.Equal(1, metrics.Sum($"kinora_job_attempts_total{{kind=\"retry\",{Hls}"));
        Assert.Equal(1, metrics.Sum("kinora_job_duration_seconds_count{outcome=\"SUCCEEDED\"," + Hls));
    }

    [Fact]
    public async Task A_job_that_takes_the_lives_of_its_workers_is_counted_as_many_times_and_once_as_poison()
    {
        var failpoints = new ArmedFailpoints(_folder.Path("failpoints.log"));
        var (_, jobId) = await _user.UploadAsync(await SourceClips.ShortAsync());
        for (var life = 1; life <= _deployment.JobOptions.MaxCrashes; life++)
        {
            var worker = await _deployment.StartWorkerAsync(failpoints.Settings("analyze.before_probe:hang@1"));
            await failpoints.WaitAsync("analyze.before_probe", life);
            worker.Signal(PosixSignalNumber.Kill);
        }

        await _user.WaitForJobAsync(jobId, "FAILED");

        // No worker lives that could have taken the last one; those before may have been taken by the next worker.
        ProcessMetrics metrics = null!;
        await Eventually.TrueAsync(
            async () => (metrics = await ProcessMetrics.ReadAsync(_deployment.Api, Cancellation)).Sum("kinora_jobs_finished_total") == 1,
            () => _deployment.Log);
        Assert.Equal(1, metrics.Sum("kinora_jobs_finished_total{code=\"POISON\",outcome=\"FAILED\",type=\"ANALYZE\"}"));
        Assert.InRange(metrics.Sum("kinora_job_crashes_total{type=\"ANALYZE\"}"), 1, _deployment.JobOptions.MaxCrashes);
        Assert.Equal(0, metrics.Sum("kinora_job_duration_seconds_count"));
    }
}
