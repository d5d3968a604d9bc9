using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>
/// A worker that is stopped for two leases in the midst of its job and then continued: another one has its job by then, and what it
/// writes late is refused. Inside of the completing transaction it holds locks, which must not hold up anybody for longer than a lease.
/// </summary>
[Collection("deployments")]
public sealed class FrozenWorkerTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private static readonly string[] Phases = ["complete.in_transaction", "publish.after_put", "hls.encode_50", "complete.before_commit"];
    private readonly TestFolder _folder = new();
    private readonly Witness _witness = new();
    private readonly List<string> _violations = [];
    private ArmedFailpoints _failpoints = null!;
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _failpoints = new ArmedFailpoints(_folder.Path("fired"));
        _deployment = await Deployment.StartAsync(
            null, $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Grace=00:00:00.2", "Kinora__Jobs__BackoffBase=00:00:00.2",
            "Kinora__Queue__LockDuration=00:00:03", "Kinora__Queue__StalledInterval=00:00:03", "Kinora__Database__CommandTimeout=00:00:03",
            "Kinora__Collector__SweepAgain__0=00:00:05", "Kinora__Collector__SweepAgain__1=00:00:05");
        _user = await _deployment.CreateUserAsync();
        await _deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Hls=0");
        var slow = _failpoints.Settings([.. Phases.Select(phase => $"{phase}:delay=400@*")]);
        string[] onlyHls = ["Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Thumbnail=0", .. slow];
        await Task.WhenAll(_deployment.StartWorkerAsync(onlyHls), _deployment.StartWorkerAsync(onlyHls));
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
    public async Task What_a_worker_writes_that_was_frozen_for_two_leases_is_refused()
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        _witness.SawVideo(videoId, _user);
        var rounds = ChaosScale.Of(1, 20);
        var (frozen, recoveries) = (0, new List<TimeSpan>());
        for (var round = 0; round < rounds; round++)
        {
            if (await FreezeInAsync(videoId, Phases[round % Phases.Length]) is { } recovery)
            {
                frozen++;
                recoveries.Add(recovery);
            }
        }

        _violations.AddRange(await Invariants.SettleAsync(_deployment, _witness, KinoraClient.Patience, Cancellation));
        new FaultRow("Workers frozen", "SIGSTOP for two leases, then SIGCONT", rounds, frozen, recoveries, _violations).Conclude();
    }

    /// <returns>From the freeze to the job's end; null: the worker was too fast.</returns>
    private async Task<TimeSpan?> FreezeInAsync(Guid videoId, string phase)
    {
        var before = _failpoints.Fired.Count(f => f.Name == phase);
        var jobId = await _user.TranscodeAsync(videoId, new { force = true });
        var fired = await _failpoints.WaitAsync(phase, before + 1);
        var worker = _deployment.Processes.Single(p => p.Id == fired.ProcessId);
        worker.Signal(PosixSignalNumber.Stop);
        var started = TimeProvider.System.GetTimestamp();
        var isInTime = (await _user.JobAsync(jobId)).Text("status") == "RUNNING";

        await Task.Delay(2 * Lease, Cancellation);
        _violations.AddRange(await Invariants.AlwaysAsync(_deployment, _witness, Cancellation));
        worker.Signal(PosixSignalNumber.Continue);

        var job = _witness.SawJob(await _user.WaitForJobAsync(jobId));
        var took = TimeProvider.System.GetElapsedTime(started);
        await Eventually.TrueAsync(
            () => _deployment.ListScratchFiles().Count == 0, () => string.Join('\n', _deployment.ListScratchFiles()), KinoraClient.Patience);
        if (isInTime && job.GetProperty("attempts").GetInt32() < 2)
        {
            _violations.Add($"{phase}: job {jobId} was done by the frozen worker");
        }

        return isInTime ? took : null;
    }
}
