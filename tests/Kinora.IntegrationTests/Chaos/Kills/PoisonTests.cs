using System.Diagnostics;
using Kinora.Core.Infra.Failpoints;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>A video that kills each worker that encodes it: it costs no more than the crash limit of them, and holds up nobody.</summary>
[Collection("deployments")]
public sealed class PoisonTests
{
    private const int Workers = 2;
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_that_kills_its_workers_ends_as_poison_while_others_are_done()
    {
        await using var deployment = await Deployment.StartAsync(null, [.. KillLane.Settings]);

        // A death counts for all that the worker had: what is not under suspicion runs elsewhere.
        await deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Hls=0");
        using var user = await deployment.CreateUserAsync();
        using var other = await deployment.CreateUserAsync();
        var witness = new Witness();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var supervised = Enumerable.Range(0, Workers).Select(_ => SuperviseAsync(deployment, stop.Token)).ToArray();
        var crashes = deployment.JobOptions.MaxCrashes;
        var recoveries = new List<TimeSpan>();
        var poisoned = 0;
        for (; poisoned < ChaosScale.Of(brief: 1, full: 10); poisoned++)
        {
            var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
            witness.SawVideo(videoId, user);
            var started = Stopwatch.GetTimestamp();
            var jobId = await user.TranscodeAsync(videoId);
            witness.SawJob(jobId);
            var others = 0;
            do
            {
                witness.SawVideo(await other.UploadAnalyzedAsync(await SourceClips.ShortAsync()), other);
                others++;
            }
            while (others < 2 || witness.SawJob(await user.JobAsync(jobId)).Text("status") is "QUEUED" or "RUNNING");

            recoveries.Add(Stopwatch.GetElapsedTime(started));
            var job = await user.WaitForJobAsync(jobId, "FAILED");
            Assert.Equal("POISON", job.GetProperty("error").Text("code"));
            var explanation = await user.GetAsync($"/v1/videos/{videoId}/explain");
            Assert.Equal("FAILED", explanation.Text("code"));
            Assert.Contains("POISON", explanation.Text("message"), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        var deaths = (await Task.WhenAll(supervised)).Sum();
        await deployment.StartWorkerAsync();
        var violations = await Invariants.SettleAsync(deployment, witness, SettlePatience, Cancellation);
        new FaultRow(
            "Poison", "each worker dies of one video; from its request to FAILED", poisoned * crashes, deaths, recoveries, violations).Conclude();
        Assert.Equal(poisoned * crashes, deaths);
    }

    /// <summary>As systemd or an orchestrator would: who died is started again.</summary>
    /// <returns>How often it died at the failpoint.</returns>
    private static async Task<int> SuperviseAsync(Deployment deployment, CancellationToken stop)
    {
        var deaths = 0;
        while (true)
        {
            await using var worker = await deployment.LaunchWorkerAsync(
            [
                .. deployment.Failpoints.Settings($"{FailpointName.HlsAfterPlan}:kill@*"), "Kinora__Worker__Concurrency__Analyze=0",
                "Kinora__Worker__Concurrency__Thumbnail=0",
            ]);
            try
            {
                await worker.Exited.WaitAsync(stop);
            }
            catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
            {
                return deaths;
            }

            Assert.True(await deployment.Failpoints.HasKilledAsync(worker, FailpointName.HlsAfterPlan), deployment.Log);
            deaths++;
        }
    }
}
