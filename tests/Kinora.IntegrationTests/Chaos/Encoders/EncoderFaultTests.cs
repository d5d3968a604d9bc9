using System.Text.Json;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Encoders;

/// <summary>
/// An ffmpeg that does everything wrong that a program can do. The job ends as the catalogue of codes says, never as the file's fault;
/// nothing is left of it, and the worker does the next job.
/// </summary>
[Collection("deployments")]
public sealed class EncoderFaultTests : IAsyncLifetime
{
    private const string Section = "Encoders that fail";

    /// <summary>What a worker may grow by while its encoders print without end, with all that the jobs beside them need.</summary>
    private const long MaxGrowthBytes = 400L << 20;
    private readonly Witness _witness = new();
    private FakeEncoder _encoder = null!;
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _encoder = await FakeEncoder.CreateAsync();
        _deployment = await Deployment.StartAsync(
            null, $"Kinora__Ffmpeg__Path={_encoder.Program}",
            $"Kinora__Jobs__MaxAttempts={EncoderFault.MaxAttempts}", "Kinora__Jobs__BackoffBase=00:00:00.1",
            "Kinora__Worker__Concurrency__Hls=8", "Kinora__Worker__Concurrency__Thumbnail=2");
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }

        _encoder?.Dispose();
    }

    [Fact]
    public async Task Jobs_end_as_they_must_whatever_their_encoder_does()
    {
        var worker = await _deployment.StartWorkerAsync($"Kinora__Ffmpeg__StallTimeout=00:00:{ChaosScale.Of(15, 20):00}");
        await DoWellAsync();
        var before = worker.ResidentBytes;
        using var done = new CancellationTokenSource();
        var peak = WatchPeakAsync(worker, done.Token);

        await SufferAsync(EncoderFault.All(ChaosScale.Of(64, 1024) * (1L << 20)), worker);

        await done.CancelAsync();
        var growth = await peak - before;
        Assert.True(growth < MaxGrowthBytes, $"the worker grew by {growth >> 20} MB");
    }

    [Fact]
    public async Task A_thumbnail_is_whole_or_there_is_none()
    {
        EncoderFault[] faults =
        [
            new("for a thumbnail: exits with 0 and no output", "exit 0", "INTERNAL", EncoderFault.MaxAttempts),
            new(
                "for a thumbnail: cuts the picture short", """ "$FFMPEG" "$@" || exit; truncate -s -200 "${ARGUMENT#file:}" """, "INTERNAL",
                EncoderFault.MaxAttempts),
        ];
        var spoiled = new List<(EncoderFault Fault, Guid VideoId, Guid Analysis)>();
        foreach (var fault in faults)
        {
            var (videoId, analysis) = await _user.UploadAsync(await SourceClips.SmallAsync());
            _encoder.Spoil(videoId, fault.Script);
            spoiled.Add((fault, videoId, analysis));
        }

        await _deployment.StartWorkerAsync();
        var violations = new List<string>();
        foreach (var (fault, videoId, analysis) in spoiled)
        {
            await _user.WaitForJobAsync(analysis);
            var jobId = (await _user.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid();
            violations.AddRange(Judge(_witness.SawJob(await _user.WaitForJobAsync(jobId, "FAILED")), fault));
        }

        violations.AddRange(await Invariants.SettleAsync(_deployment, _witness, KinoraClient.Patience, Cancellation));
        foreach (var (fault, videoId, _) in spoiled)
        {
            new FaultRow(Section, fault.Name, 1, _encoder.RunsFor(videoId).Count > 0 ? 1 : 0, [], violations).Conclude();
        }
    }

    /// <summary>All of them at once, some times over, and then a job with the real ffmpeg.</summary>
    private async Task SufferAsync(IEnumerable<EncoderFault> faults, KinoraProcess worker)
    {
        var rows = new List<FaultRow>();
        for (var round = 0; round < ChaosScale.Of(1, 5); round++)
        {
            rows.AddRange(await Task.WhenAll(faults.Select(SufferAsync)));
        }

        await DoWellAsync();
        var atRest = await Invariants.SettleAsync(_deployment, _witness, KinoraClient.Patience, Cancellation);
        foreach (var fault in rows.GroupBy(r => r.Fault))
        {
            new FaultRow(
                Section, fault.Key, fault.Sum(r => r.Injected), fault.Sum(r => r.Fired), [.. fault.SelectMany(r => r.Recoveries)],
                [.. fault.SelectMany(r => r.Violations), .. atRest]).Conclude();
        }

        Assert.False(worker.Exited.IsCompleted);
    }

    /// <returns>Its row, as far as it is known by now.</returns>
    private async Task<FaultRow> SufferAsync(EncoderFault fault)
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        _encoder.Spoil(videoId, fault.Script);
        var jobId = await _user.TranscodeAsync(videoId);
        _witness.SawVideo(videoId, _user);

        var job = _witness.SawJob(
            await _user.WaitAsync(() => _user.JobAsync(jobId), j => j.GetProperty("finishedAt").ValueKind != JsonValueKind.Null));

        var violations = Judge(job, fault).ToList();
        var (runs, left) = (_encoder.RunsFor(videoId), _encoder.LeftFor(videoId));
        violations.AddRange(runs.Concat(left).Where(KinoraProcess.IsAlive).Select(p => $"W1: process {p} outlives the job of {fault.Name}"));
        if (left.Count != fault.Leaves * fault.Attempts)
        {
            violations.Add($"{fault.Name}: {left.Count} processes were left behind, not {fault.Leaves} for each attempt");
        }

        var took = job.GetProperty("finishedAt").GetDateTimeOffset() - job.GetProperty("startedAt").GetDateTimeOffset();
        return new FaultRow(Section, fault.Name, fault.Attempts, runs.Count, [took], violations);
    }

    private static IEnumerable<string> Judge(JsonElement job, EncoderFault fault)
    {
        if (job.GetProperty("attempts").GetInt32() is var attempts && attempts != fault.Attempts)
        {
            yield return $"{fault.Name}: {attempts} attempts, not {fault.Attempts}";
        }

        var error = job.GetProperty("error");
        if ((error.ValueKind == JsonValueKind.Null ? null : error.Text("code")) is var code && code != fault.Code)
        {
            yield return $"{fault.Name}: {code}, not {fault.Code}";
        }
    }

    private async Task DoWellAsync()
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        _witness.SawVideo(videoId, _user);
        _witness.SawJob(await _user.WaitForJobAsync(await _user.TranscodeAsync(videoId)));
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
