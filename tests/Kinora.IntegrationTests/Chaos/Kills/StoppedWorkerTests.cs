using System.Diagnostics;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>Workers are told to stop by SIGTERM in the midst of an encode; one that waits has the job at once, and it costs no attempt.</summary>
[Collection("deployments")]
public sealed class StoppedWorkerTests : DeploymentTest
{
    private const string Section = "Processes stopped by SIGTERM";
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);

    protected override string[] Settings => [.. KillLane.Settings, "Kinora__Worker__Drain=00:00:00.2"];

    /// <summary>With slots for all units of a video, so that one of them always waits.</summary>
    protected override IReadOnlyList<string[]> WorkerSettings => [Slots, Slots];

    private static string[] Slots => ["Kinora__Worker__Concurrency__Hls=16"];

    [Fact]
    public async Task A_job_in_mid_encode_goes_from_a_stopped_worker_to_one_that_waits()
    {
        var workers = Workers.ToList();
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        Witness.SawVideo(videoId, User);
        var (fired, fromExit, fromSignal, violations) = (0, new List<TimeSpan>(), new List<TimeSpan>(), new List<string>());
        var count = ChaosScale.Of(brief: 1, full: 20);
        for (var i = 0; i < count; i++)
        {
            var job = new ObservedJob(Deployment, await User.TranscodeAsync(videoId, new { force = true }));
            Witness.SawJob(job.Id);
            await User.WaitForProgressAsync(job.Id);
            var holder = (await job.ReadAsync()).WorkerId;
            var stopped = workers.Single(w => w.Id == holder);
            workers.Remove(stopped);

            var held = await job.HeldByAsync(stopped);
            stopped.Signal(PosixSignalNumber.Terminate);
            var signaled = Stopwatch.GetTimestamp();
            var exited = MeasureAsync(stopped.Exited, signaled);
            await job.WaitForTakeOverAsync(stopped, held);
            var claimed = Stopwatch.GetElapsedTime(signaled);
            var exit = await exited;
            fired += held.Count > 0 && await stopped.Exited == 0 ? 1 : 0;
            fromSignal.Add(claimed);

            // It is given back before the worker ends, and may be taken before that too.
            fromExit.Add(claimed > exit ? claimed - exit : TimeSpan.Zero);
            violations.AddRange(await Invariants.AlwaysAsync(Deployment, Witness, Cancellation));
            if (i + 1 < count)
            {
                workers.Add(await Deployment.StartWorkerAsync(Slots));
            }

            var ended = Witness.SawJob(await User.WaitForJobAsync(job.Id));
            Assert.Equal(1, ended.GetProperty("attempts").GetInt32());
        }

        violations.AddRange(await Invariants.SettleAsync(Deployment, Witness, SettlePatience, Cancellation));
        new FaultRow(Section, "SIGTERM in the midst of an encode; from the exit to the next claim", count, fired, fromExit, violations).Conclude();
        new FaultRow(Section, "SIGTERM in the midst of an encode; from the signal to the next claim", count, fired, fromSignal, violations).Conclude();
        Assert.Equal(count, fired);
        Assert.All(fromExit, r => Assert.InRange(r, TimeSpan.Zero, HandOverLimit));
    }

    private static async Task<TimeSpan> MeasureAsync(Task task, long started)
    {
        await task.WaitAsync(KinoraClient.Patience, Cancellation);
        return Stopwatch.GetElapsedTime(started);
    }
}
