using System.Diagnostics;
using System.Net;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>
/// A process dies in the midst of what any of them does for all: taking jobs from the dead, handing jobs to the queue, deleting objects.
/// Another one finishes it.
/// </summary>
[Collection("deployments")]
public sealed class ChoreKillTests : DeploymentTest
{
    private const string Section = "Reaper, dispatcher and collector killed by SIGKILL";
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);
    private Guid _videoId;

    /// <summary>A second sweep of one fault would be what kills the next one's collector.</summary>
    protected override string[] Settings =>
    [
        .. KillLane.Settings, "Kinora__Collector__SweepAgain__0=01:00:00", "Kinora__Collector__SweepAgain__1=01:00:00",
    ];

    /// <summary>Two over a lost job, and two of the collector.</summary>
    private (string Failpoint, string Words, Func<string, Task<(bool, TimeSpan)>> Kill)[] Faults =>
    [
        (FailpointName.ReapBeforeTake, "reaper, before it takes a lost job; to its next claim", KillOverLostJobAsync),
        (FailpointName.DispatchAfterEnqueue, "dispatcher, after it sent a message; to the job's claim", KillOverLostJobAsync),
        (FailpointName.CollectAfterList, "collector, after the list; until nothing is left", KillCollectorAsync),
        (FailpointName.CollectMidDelete, "collector, in the midst of deleting; until nothing is left", KillCollectorAsync),
    ];

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    [Fact]
    public async Task What_a_killed_process_did_for_all_is_finished_by_another()
    {
        var faults = ChaosScale.Draw(Faults, f => f.Words);
        var results = new List<(string Failpoint, bool HasFired, TimeSpan Recovery)>();
        for (var i = 0; i < ChaosScale.Of(brief: 1, full: 8); i++)
        {
            foreach (var (failpoint, _, kill) in faults)
            {
                var (hasFired, recovery) = await kill(failpoint);
                results.Add((failpoint, hasFired, recovery));
            }
        }

        var violations = await Invariants.SettleAsync(Deployment, Witness, SettlePatience, Cancellation);
        foreach (var (failpoint, words, _) in faults)
        {
            var mine = results.Where(r => r.Failpoint == failpoint).ToArray();
            new FaultRow(Section, words, mine.Length, mine.Count(r => r.HasFired), [.. mine.Select(r => r.Recovery)], violations).Conclude();
        }

        Assert.All(results, r => Assert.True(r.HasFired, r.Failpoint));
    }

    protected override async Task PrepareAsync()
    {
        _videoId = await User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        Witness.SawVideo(_videoId, User);
    }

    /// <summary>All others are stopped in the midst of an encode, so that it is the victim that finds the job lost.</summary>
    private async Task<(bool HasFired, TimeSpan Recovery)> KillOverLostJobAsync(string failpoint)
    {
        await using var victim = await StartVictimAsync(failpoint);
        var job = new ObservedJob(Deployment, await User.TranscodeAsync(_videoId, new { renditions = new[] { "360p" }, force = true }));
        Witness.SawJob(job.Id);
        await job.WaitAsync(row => row.WorkerId is not null);
        KinoraProcess[] others = [Workers[0], Deployment.Api];
        Array.ForEach(others, p => p.Signal(PosixSignalNumber.Stop));
        try
        {
            await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
        }
        finally
        {
            Array.ForEach(others, p => p.Signal(PosixSignalNumber.Continue));
        }

        var died = Stopwatch.GetTimestamp();
        await job.WaitAsync(row => row is { Attempts: > 1, WorkerId: not null } or { Status: "SUCCEEDED" });
        var recovery = Stopwatch.GetElapsedTime(died);
        Witness.SawJob(await User.WaitForJobAsync(job.Id));
        return (await Deployment.Failpoints.HasKilledAsync(victim, failpoint), recovery);
    }

    /// <summary>The worker is stopped, so that it is the victim that collects.</summary>
    private async Task<(bool HasFired, TimeSpan Recovery)> KillCollectorAsync(string failpoint)
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Witness.SawVideo(videoId, User);
        Workers[0].Signal(PosixSignalNumber.Stop);
        await using var victim = await StartVictimAsync(failpoint);
        try
        {
            using var deleted = await User.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            Witness.SawDeleted(videoId);
            await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
        }
        finally
        {
            Workers[0].Signal(PosixSignalNumber.Continue);
        }

        var died = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(
            async () => (await Deployment.ListObjectsAsync(videoId)).Count == 0 && await CountUnsweptAsync(videoId) == 0,
            () => Deployment.Log,
            KinoraClient.Patience);
        return (await Deployment.Failpoints.HasKilledAsync(victim, failpoint), Stopwatch.GetElapsedTime(died));
    }

    private Task<long> CountUnsweptAsync(Guid videoId) => Deployment.QueryAsync<long>(
        $"SELECT count(*) FROM storage_intents WHERE video_id = '{videoId}' AND sweeps = 0");

    /// <summary>A worker that runs no job.</summary>
    private Task<KinoraProcess> StartVictimAsync(string failpoint) => Deployment.StartWorkerAsync(
    [
        .. Deployment.Failpoints.Settings($"{failpoint}:kill"), "Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Thumbnail=0",
        "Kinora__Worker__Concurrency__Hls=0",
    ]);
}
