using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos.Kills;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>
/// A worker that is stopped for two leases in the midst of its job and then continued: another one has its job by then, and what it
/// writes late is refused. Inside of the completing transaction it holds locks, which must not hold up anybody for longer than a lease.
/// </summary>
[Collection("deployments")]
public sealed class FrozenWorkerTests : DeploymentTest
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private const string InEncode = "hls.encode_50";
    private static readonly string[] Phases = ["complete.in_transaction", "publish.after_put", InEncode, "complete.before_commit"];
    private readonly List<string> _violations = [];

    protected override string[] Settings =>
    [
        $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Grace=00:00:00.2", "Kinora__Jobs__BackoffBase=00:00:00.2",
        "Kinora__Queue__LockDuration=00:00:03", "Kinora__Queue__StalledInterval=00:00:03", "Kinora__Database__CommandTimeout=00:00:03",
        "Kinora__Collector__SweepAgain__0=00:00:02", "Kinora__Collector__SweepAgain__1=00:00:05",
    ];

    protected override IReadOnlyList<string[]> WorkerSettings
    {
        get
        {
            string[] onlyHls =
            [
                "Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Thumbnail=0",
                .. Deployment.Failpoints.Settings([.. Phases.Select(phase => $"{phase}:delay=400@*")]),
            ];
            return [["Kinora__Worker__Concurrency__Hls=0"], onlyHls, onlyHls];
        }
    }

    [Fact]
    public async Task What_a_worker_writes_that_was_frozen_for_two_leases_is_refused()
    {
        var (rounds, phases) = (ChaosScale.Of(1, 20), ChaosScale.Draw(Phases, phase => phase));
        var small = await UploadAsync(await SourceClips.SmallAsync());
        var middle = await UploadAsync(await SourceClips.MiddleAsync());
        var (frozen, recoveries) = (0, new List<TimeSpan>());
        for (var round = 0; round < rounds; round++)
        {
            var phase = phases[round % phases.Count];
            if (await FreezeInAsync(phase == InEncode ? middle : small, phase) is { } recovery)
            {
                frozen++;
                recoveries.Add(recovery);
            }
        }

        _violations.AddRange(await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation));
        new FaultRow("Workers frozen", "SIGSTOP for two leases, then SIGCONT", rounds, frozen, recoveries, _violations).Conclude();
    }

    private async Task<Guid> UploadAsync(string clip)
    {
        var videoId = await User.UploadAnalyzedAsync(clip);
        Witness.SawVideo(videoId, User);
        return videoId;
    }

    /// <returns>From the freeze to the job's end; null: the worker was too fast.</returns>
    private async Task<TimeSpan?> FreezeInAsync(Guid videoId, string phase)
    {
        var earlier = Deployment.Failpoints.Fired.Count(f => f.Name == phase);
        var jobId = await User.TranscodeAsync(videoId, new { force = true });
        var fired = await Deployment.Failpoints.WaitAsync(phase, earlier + 1);
        var worker = Deployment.Processes.Single(p => p.Id == fired.ProcessId);
        worker.Signal(PosixSignalNumber.Stop);
        var started = TimeProvider.System.GetTimestamp();
        var observed = new ObservedJob(Deployment, jobId);
        var held = await observed.HeldByAsync(worker);
        Assert.True(phase != InEncode || worker.Encoders.Count > 0, "its encoder had ended");

        await Task.Delay(2 * Lease, Cancellation);
        _violations.AddRange(await Invariants.AlwaysAsync(Deployment, Witness, Cancellation));

        // A COMMIT that was on its way before the freeze has come to pass by now, and was its right.
        var inTime = await DoneAsync(observed, held);
        worker.Signal(PosixSignalNumber.Continue);

        Witness.SawJob(await User.WaitForJobAsync(jobId));
        var took = TimeProvider.System.GetElapsedTime(started);
        await Eventually.TrueAsync(
            () => Deployment.ListScratchFiles().Count == 0, () => string.Join('\n', Deployment.ListScratchFiles()), KinoraClient.Patience);
        Assert.False(worker.Exited.IsCompleted, Deployment.Log);
        foreach (var late in (await DoneAsync(observed, held)).Except(inTime))
        {
            _violations.Add($"{phase}: {late.Id} of job {jobId} was done by the frozen worker");
        }

        return inTime.Count < held.Count ? took : null;
    }

    /// <summary>By its fence: the number of attempts does not tell, since one that the database's outage ended is not charged.</summary>
    private static async Task<IReadOnlyList<ObservedJob.Held>> DoneAsync(ObservedJob job, IReadOnlyList<ObservedJob.Held> held)
    {
        var done = new List<ObservedJob.Held>();
        foreach (var one in held)
        {
            if (await job.IsDoneByAsync(one))
            {
                done.Add(one);
            }
        }

        return done;
    }
}
