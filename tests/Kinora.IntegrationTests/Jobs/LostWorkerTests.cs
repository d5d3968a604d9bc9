using System.Diagnostics;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>Two workers with short leases; what happens to one of them in the middle of an encode must not be the end of the job.</summary>
[Collection("deployments")]
public sealed class LostWorkerTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan EncoderLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecoveryLimit = Lease + TimeSpan.FromSeconds(15);
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;
    private KinoraProcess[] _workers = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(
            null, $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Beat=00:00:00.3", "Kinora__Jobs__Grace=00:00:00.5",
            "Kinora__Jobs__BackoffBase=00:00:01", "Kinora__Queue__LockDuration=00:00:03", "Kinora__Queue__StalledInterval=00:00:03",
            "Kinora__Queue__SignalWait=00:00:01");
        _workers = await Task.WhenAll(_deployment.StartWorkerAsync(), _deployment.StartWorkerAsync());
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
    public async Task The_job_of_a_killed_worker_is_done_by_another_and_nothing_of_it_stays()
    {
        var (jobId, worker) = await BeginAsync();
        var encoders = worker.Encoders;
        var left = _deployment.ListScratchFiles();
        Assert.NotEmpty(left);

        worker.Signal(PosixSignalNumber.Kill);

        var killed = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => !encoders.Any(KinoraProcess.IsAlive), () => "the encoder lives on");
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, EncoderLimit);
        await WaitForAttemptAsync(jobId, 2);
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, RecoveryLimit);

        // By its neighbour: the dead worker may never be started again.
        await Eventually.TrueAsync(() => !left.Any(File.Exists), () => string.Join('\n', left.Where(File.Exists)));
        var job = await _user.WaitForJobAsync(jobId);
        Assert.Equal(2, job.GetProperty("attempts").GetInt32());
        await ShouldHaveOneDerivativeAsync(job.GetProperty("videoId").GetGuid());
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_gives_its_job_back_uncharged()
    {
        var (jobId, worker) = await BeginAsync();

        worker.Signal(PosixSignalNumber.Terminate);

        Assert.Equal(0, await worker.Exited.WaitAsync(KinoraClient.Patience, Cancellation));
        var stopped = Stopwatch.GetTimestamp();
        var other = _workers.Single(w => w != worker);
        await Eventually.TrueAsync(() => other.Encoders.Count > 0, () => _deployment.Log);
        Assert.InRange(Stopwatch.GetElapsedTime(stopped), TimeSpan.Zero, HandOverLimit);
        var job = await _user.WaitForJobAsync(jobId);
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task A_frozen_worker_wakes_up_to_find_its_job_done_by_another_and_leaves_no_trace()
    {
        var (jobId, worker) = await BeginAsync();

        worker.Signal(PosixSignalNumber.Stop);

        await WaitForAttemptAsync(jobId, 2);
        worker.Signal(PosixSignalNumber.Continue);
        await Eventually.TrueAsync(() => worker.Encoders.Count == 0, () => _deployment.Log);
        var job = await _user.WaitForJobAsync(jobId);
        Assert.Equal(2, job.GetProperty("attempts").GetInt32());
        Assert.False(worker.Exited.IsCompleted);
        await ShouldHaveOneDerivativeAsync(job.GetProperty("videoId").GetGuid());
        await Eventually.TrueAsync(() => _deployment.ListScratchFiles().Count == 0, () => string.Join('\n', _deployment.ListScratchFiles()));
    }

    /// <summary>An encode in its middle, and the worker that has it.</summary>
    private async Task<(Guid JobId, KinoraProcess Worker)> BeginAsync()
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        var jobId = await _user.TranscodeAsync(videoId);
        await _user.WaitForProgressAsync(jobId);
        return (jobId, _workers.Single(w => w.Encoders.Count > 0));
    }

    private Task<JsonElement> WaitForAttemptAsync(Guid jobId, int attempt) =>
        _user.WaitAsync(() => _user.JobAsync(jobId), job => job.GetProperty("attempts").GetInt32() == attempt, RecoveryLimit);

    /// <summary>And after the collection nothing but its objects under the video.</summary>
    private async Task ShouldHaveOneDerivativeAsync(Guid videoId)
    {
        Assert.Equal(1L, await _deployment.QueryAsync<long>($"SELECT count(*) FROM derivatives WHERE video_id = '{videoId}' AND type = 'HLS'"));
        var prefix = await _deployment.QueryAsync<string>($"SELECT prefix FROM derivatives WHERE video_id = '{videoId}' AND type = 'HLS'");
        var thumbnail = await _deployment.QueryAsync<string>($"SELECT prefix FROM derivatives WHERE video_id = '{videoId}' AND type = 'THUMBNAIL'");
        await Eventually.TrueAsync(
            async () => (await _deployment.ListObjectsAsync(videoId)).All(key =>
                key.StartsWith(prefix, StringComparison.Ordinal) || key.StartsWith(thumbnail, StringComparison.Ordinal)
                || key.StartsWith("sources/", StringComparison.Ordinal)),
            () => _deployment.Log);
    }
}
