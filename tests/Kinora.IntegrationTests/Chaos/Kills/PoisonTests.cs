using System.Diagnostics;
using Kinora.Core.Infra.Failpoints;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>A video that kills each worker that encodes it: it costs no more than the crash limit of them, and holds up nobody.</summary>
[Collection("deployments")]
public sealed class PoisonTests : DeploymentTest
{
    private const int Supervised = 2;
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);

    protected override string[] Settings => [.. KillLane.Settings, $"Kinora__Jobs__MaxCrashes={ChaosScale.Of(2, 3)}"];

    /// <summary>A death counts for all that the worker had: what is not under suspicion runs elsewhere.</summary>
    protected override IReadOnlyList<string[]> WorkerSettings => [["Kinora__Worker__Concurrency__Hls=0"]];

    [Fact]
    public async Task A_video_that_kills_its_workers_ends_as_poison_while_others_are_done()
    {
        using var other = await Deployment.CreateUserAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var supervised = Enumerable.Range(0, Supervised).Select(_ => SuperviseAsync(stop.Token)).ToArray();
        var crashes = Deployment.JobOptions.MaxCrashes;
        var recoveries = new List<TimeSpan>();
        var poisoned = 0;
        for (; poisoned < ChaosScale.Of(brief: 1, full: 10); poisoned++)
        {
            var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
            Witness.SawVideo(videoId, User);
            var started = Stopwatch.GetTimestamp();
            var jobId = await User.TranscodeAsync(videoId);
            Witness.SawJob(jobId);
            var others = 0;
            do
            {
                Witness.SawVideo(await other.UploadAnalyzedAsync(await SourceClips.ShortAsync()), other);
                others++;
            }
            while (others < 2 || Witness.SawJob(await User.JobAsync(jobId)).Text("status") is "QUEUED" or "RUNNING");

            recoveries.Add(Stopwatch.GetElapsedTime(started));
            var job = await User.WaitForJobAsync(jobId, "FAILED");
            Assert.Equal("POISON", job.GetProperty("error").Text("code"));
            var explanation = await User.GetAsync($"/v1/videos/{videoId}/explain");
            Assert.Equal("FAILED", explanation.Text("code"));
            Assert.Contains("POISON", explanation.Text("message"), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        var deaths = (await Task.WhenAll(supervised)).Sum();
        await Deployment.StartWorkerAsync();
        var violations = await Invariants.SettleAsync(Deployment, Witness, SettlePatience, Cancellation);
        new FaultRow(
            "Poison", "each worker dies of one video; from its request to FAILED", poisoned * crashes, deaths, recoveries, violations).Conclude();
        Assert.Equal(poisoned * crashes, deaths);
    }

    /// <summary>As systemd or an orchestrator would: who died is started again.</summary>
    /// <returns>How often it died at the failpoint.</returns>
    private async Task<int> SuperviseAsync(CancellationToken stop)
    {
        var deaths = 0;
        while (true)
        {
            await using var worker = await Deployment.LaunchWorkerAsync(
            [
                .. Deployment.Failpoints.Settings($"{FailpointName.HlsAfterPlan}:kill@*"), "Kinora__Worker__Concurrency__Analyze=0",
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

            Assert.True(await Deployment.Failpoints.HasKilledAsync(worker, FailpointName.HlsAfterPlan), Deployment.Log);
            deaths++;
        }
    }
}
