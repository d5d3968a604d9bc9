using System.Diagnostics;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Encoders;

/// <summary>
/// An ffmpeg that does everything wrong that a program can do. The job ends as the catalogue of codes says, never as the file's fault;
/// nothing is left of it, and the worker does the next job.
/// </summary>
[Collection("deployments")]
public sealed class EncoderFaultTests : DeploymentTest
{
    private const string Section = "Encoders that fail";
    private const int BriefFaults = 3;

    /// <summary>For the processes of an ended job: by themselves they would stay for a thousand seconds.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    /// <summary>What a worker may grow by while its encoders print without end, with all that the jobs beside them need.</summary>
    private const long MaxGrowthBytes = 400L << 20;
    private FakeEncoder _encoder = null!;

    protected override string[] Settings =>
    [
        $"Kinora__Ffmpeg__Path={_encoder.Program}",

        // It is a script, which starts other programs.
        "Kinora__Sandbox__Mode=Off",
        $"Kinora__Jobs__MaxAttempts={EncoderFault.MaxAttempts}", "Kinora__Jobs__BackoffBase=00:00:00.1",
        "Kinora__Worker__Concurrency__Hls=8", "Kinora__Worker__Concurrency__Thumbnail=2",
    ];

    protected override IReadOnlyList<string[]> WorkerSettings => [[$"Kinora__Ffmpeg__StallTimeout=00:00:{ChaosScale.Of(10, 20):00}"]];

    private KinoraProcess Worker => Workers[0];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _encoder?.Dispose();
    }

    [Fact]
    public async Task Jobs_end_as_they_must_whatever_their_encoder_does()
    {
        await DoWellAsync();
        var before = Worker.ResidentBytes;
        using var done = new CancellationTokenSource();
        var peak = WatchPeakAsync(Worker, done.Token);
        var faults = ChaosScale.Draw(EncoderFault.OfHls(ChaosScale.Of(64, 1024) * (1L << 20)), f => f.Name, BriefFaults);
        var rows = new List<FaultRow>();
        for (var round = 0; round < ChaosScale.Of(1, 5); round++)
        {
            foreach (var fault in ChaosScale.Draw(EncoderFault.OfThumbnails, f => f.Name))
            {
                rows.Add(await SufferInThumbnailAsync(fault));
            }

            rows.AddRange(await Task.WhenAll(faults.Select(SufferAsync)));
        }

        await DoWellAsync();
        var atRest = await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation);
        await done.CancelAsync();
        foreach (var fault in rows.GroupBy(r => r.Fault))
        {
            new FaultRow(
                Section, fault.Key, fault.Sum(r => r.Injected), fault.Sum(r => r.Fired), [.. fault.SelectMany(r => r.Recoveries)],
                [.. fault.SelectMany(r => r.Violations), .. atRest]).Conclude();
        }

        Assert.False(Worker.Exited.IsCompleted);
        var growth = await peak - before;
        Assert.True(growth < MaxGrowthBytes, $"the worker grew by {growth >> 20} MB");
    }

    protected override async Task<Deployment> StartDeploymentAsync()
    {
        _encoder = await FakeEncoder.CreateAsync();
        return await base.StartDeploymentAsync();
    }

    /// <summary>The worker stands still until it is known which video is to be spoiled.</summary>
    private async Task<FaultRow> SufferInThumbnailAsync(EncoderFault fault)
    {
        Worker.Signal(PosixSignalNumber.Stop);
        var (videoId, analysis) = await User.UploadAsync(await SourceClips.SmallAsync());
        Witness.SawVideo(videoId, User);
        _encoder.Spoil(videoId, fault.Script);
        Worker.Signal(PosixSignalNumber.Continue);
        await User.WaitForJobAsync(analysis);
        var jobId = (await User.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid();
        var job = Witness.SawJob(await User.WaitForJobAsync(jobId, "FAILED"));
        List<string> violations = [.. Judge(job, fault)];
        if (job.GetProperty("attempts").GetInt32() is var attempts && attempts != fault.Attempts)
        {
            violations.Add($"{fault.Name}: {attempts} attempts, not {fault.Attempts}");
        }

        return new FaultRow(Section, fault.Name, fault.Attempts, _encoder.RunsFor(videoId).Count, [Took(job)], violations);
    }

    /// <returns>Its row, as far as it is known by now.</returns>
    private async Task<FaultRow> SufferAsync(EncoderFault fault)
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        _encoder.Spoil(videoId, fault.Script);
        var jobId = await User.TranscodeAsync(videoId);
        Witness.SawVideo(videoId, User);

        var job = Witness.SawJob(
            await User.WaitAsync(() => User.JobAsync(jobId), j => j.GetProperty("finishedAt").ValueKind != JsonValueKind.Null));

        var violations = Judge(job, fault).ToList();
        var (runs, left) = (_encoder.RunsFor(videoId), _encoder.LeftFor(videoId));

        // With the unit that failed the job ends, and then those of the other units are told to: one that hears no SIGTERM is killed after a while.
        violations.AddRange((await LivingAfterAsync(runs.Concat(left))).Select(p => $"W1: process {p} outlives the job of {fault.Name}"));
        if (left.Count != fault.Leaves * runs.Count)
        {
            violations.Add($"{fault.Name}: {left.Count} processes were left behind, not {fault.Leaves} for each run");
        }

        // Each unit of the job has attempts of its own, and other units are stopped when one has failed.
        if (runs.Count < fault.Attempts)
        {
            violations.Add($"{fault.Name}: {runs.Count} runs, not at least {fault.Attempts}");
        }

        return new FaultRow(Section, fault.Name, fault.Attempts, runs.Count, [Took(job)], violations);
    }

    /// <returns>Those that live on however long they are given.</returns>
    private static async Task<IReadOnlyList<int>> LivingAfterAsync(IEnumerable<int> processes)
    {
        var started = Stopwatch.GetTimestamp();
        List<int> living;
        while ((living = [.. processes.Where(KinoraProcess.IsAlive)]).Count > 0 && Stopwatch.GetElapsedTime(started) < EndPatience)
        {
            await Task.Delay(50, Cancellation);
        }

        return living;
    }

    private static TimeSpan Took(JsonElement job) =>
        job.GetProperty("finishedAt").GetDateTimeOffset() - job.GetProperty("startedAt").GetDateTimeOffset();

    private static IEnumerable<string> Judge(JsonElement job, EncoderFault fault)
    {
        var error = job.GetProperty("error");
        if ((error.ValueKind == JsonValueKind.Null ? null : error.Text("code")) is var code && code != fault.Code)
        {
            yield return $"{fault.Name}: {code}, not {fault.Code}";
        }
    }

    private async Task DoWellAsync()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        Witness.SawVideo(videoId, User);
        Witness.SawJob(await User.WaitForJobAsync(await User.TranscodeAsync(videoId)));
    }

    private static async Task<long> WatchPeakAsync(KinoraProcess worker, CancellationToken until)
    {
        var peak = 0L;
        while (!until.IsCancellationRequested)
        {
            peak = Math.Max(peak, worker.ResidentBytes);
            await Task.Delay(50, CancellationToken.None);
        }

        return peak;
    }
}
