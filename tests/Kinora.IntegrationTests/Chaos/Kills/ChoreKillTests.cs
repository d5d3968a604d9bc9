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
public sealed class ChoreKillTests : IAsyncLifetime
{
    private const string Section = "Reaper, dispatcher and collector killed by SIGKILL";
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);
    private readonly Witness _witness = new();
    private Deployment _deployment = null!;
    private KinoraProcess _worker = null!;
    private KinoraClient _user = null!;
    private Guid _videoId;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // A second sweep of one fault would be what kills the next one's collector.
        _deployment = await Deployment.StartAsync(
            null,
            [
                .. KillLane.Settings, "Kinora__Collector__SweepAgain__0=01:00:00", "Kinora__Collector__SweepAgain__1=01:00:00",
                "Kinora__Collector__BatchTime=00:00:03",
            ]);
        _worker = await _deployment.StartWorkerAsync();
        _user = await _deployment.CreateUserAsync();
        _videoId = await _user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        _witness.SawVideo(_videoId, _user);
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    /// <summary>Two over a lost job, and two of the collector.</summary>
    private (string Failpoint, string Words, Func<string, Task<(bool, TimeSpan)>> Kill)[] Faults =>
    [
        (FailpointName.ReapBeforeTake, "reaper, before it takes a lost job; to its next claim", KillOverLostJobAsync),
        (FailpointName.DispatchAfterEnqueue, "dispatcher, after it sent a message; to the job's claim", KillOverLostJobAsync),
        (FailpointName.CollectAfterList, "collector, after the list; until nothing is left", KillCollectorAsync),
        (FailpointName.CollectMidDelete, "collector, in the midst of deleting; until nothing is left", KillCollectorAsync),
    ];

    [Fact]
    public async Task What_a_killed_process_did_for_all_is_finished_by_another()
    {
        var faults = ChaosScale.IsFull ? Faults : [Faults[Random.Shared.Next(2)], Faults[2 + Random.Shared.Next(2)]];
        var results = new List<(string Failpoint, bool HasFired, TimeSpan Recovery)>();
        for (var i = 0; i < ChaosScale.Of(brief: 1, full: 8); i++)
        {
            foreach (var (failpoint, _, kill) in faults)
            {
                var (hasFired, recovery) = await kill(failpoint);
                results.Add((failpoint, hasFired, recovery));
            }
        }

        var violations = await Invariants.SettleAsync(_deployment, _witness, SettlePatience, Cancellation);
        foreach (var (failpoint, words, _) in faults)
        {
            var mine = results.Where(r => r.Failpoint == failpoint).ToArray();
            new FaultRow(Section, words, mine.Length, mine.Count(r => r.HasFired), [.. mine.Select(r => r.Recovery)], violations).Conclude();
        }

        Assert.All(results, r => Assert.True(r.HasFired, r.Failpoint));
    }

    /// <summary>All others are stopped in the midst of an encode, so that it is the victim that finds the job lost.</summary>
    private async Task<(bool HasFired, TimeSpan Recovery)> KillOverLostJobAsync(string failpoint)
    {
        await using var victim = await StartVictimAsync(failpoint);
        var job = new ObservedJob(_deployment, await _user.TranscodeAsync(_videoId, new { renditions = new[] { "360p" }, force = true }));
        _witness.SawJob(job.Id);
        await job.WaitAsync(row => row.WorkerId is not null);
        KinoraProcess[] others = [_worker, _deployment.Api];
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
        _witness.SawJob(await _user.WaitForJobAsync(job.Id));
        return (await _deployment.Failpoints.HasKilledAsync(victim, failpoint), recovery);
    }

    /// <summary>The worker is stopped, so that it is the victim that collects.</summary>
    private async Task<(bool HasFired, TimeSpan Recovery)> KillCollectorAsync(string failpoint)
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        _witness.SawVideo(videoId, _user);
        _worker.Signal(PosixSignalNumber.Stop);
        await using var victim = await StartVictimAsync(failpoint);
        try
        {
            using var deleted = await _user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            _witness.SawDeleted(videoId);
            await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
        }
        finally
        {
            _worker.Signal(PosixSignalNumber.Continue);
        }

        var died = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(
            async () => (await _deployment.ListObjectsAsync(videoId)).Count == 0 && await CountUnsweptAsync(videoId) == 0,
            () => _deployment.Log,
            KinoraClient.Patience);
        return (await _deployment.Failpoints.HasKilledAsync(victim, failpoint), Stopwatch.GetElapsedTime(died));
    }

    private Task<long> CountUnsweptAsync(Guid videoId) => _deployment.QueryAsync<long>(
        $"SELECT count(*) FROM storage_intents WHERE video_id = '{videoId}' AND sweeps = 0");

    /// <summary>A worker that runs no job.</summary>
    private Task<KinoraProcess> StartVictimAsync(string failpoint) => _deployment.StartWorkerAsync(
    [
        .. _deployment.Failpoints.Settings($"{failpoint}:kill"), "Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Thumbnail=0",
        "Kinora__Worker__Concurrency__Hls=0",
    ]);
}
