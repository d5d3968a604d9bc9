using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Storage;

/// <summary>Videos from upload to playback, one after the other, and on the way of each a fault of one kind in each phase.</summary>
internal sealed class StoreFaultRun(ProxiedStoreDeployment store, S3FaultKind kind)
{
    private static readonly TimeSpan SlowTime = TimeSpan.FromSeconds(1);

    private readonly Witness _witness = new();
    private readonly List<string> _violations = [];
    private readonly List<TimeSpan> _recoveries = [];
    private int _injected;
    private int _fired;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KinoraClient User => store.User;

    /// <summary>What the report calls it.</summary>
    public static string Words(S3FaultKind kind) => $"one call or two: {StoreFaultPlan.Words(kind)}";

    public async Task<FaultRow> RunAsync(int atLeast)
    {
        for (var round = 0; _injected < atLeast; round++)
        {
            await RunRoundAsync(round);
        }

        var patience = KinoraClient.Patience;
        _violations.AddRange(await Invariants.SettleAsync(store.Deployment, _witness, patience, Cancellation));
        foreach (var videoId in _witness.Videos.Keys)
        {
            using var deleted = await User.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
            deleted.EnsureSuccessStatusCode();
        }

        return new FaultRow("Object storage", Words(kind), _injected, _fired, _recoveries, _violations);
    }

    private async Task RunRoundAsync(int round)
    {
        var faults = Enum.GetValues<StorePhase>().ToDictionary(p => p, p => StoreFaultPlan.Find(kind, p, round));
        var isAnalysisStruck = round % 2 == 0;
        var (upload, fetch, publish, playback) =
            (faults[StorePhase.Upload], faults[StorePhase.Fetch], faults[StorePhase.Publish], faults[StorePhase.Playback]);

        Inject(upload, isAnalysisStruck ? fetch : null);
        var (videoId, analyzeJobId) = await store.UploadAsync();
        _witness.SawVideo(videoId, User);
        Note(upload, StorePhase.Upload);
        await FinishAsync(analyzeJobId, isAnalysisStruck ? fetch : null, publish: null);
        await FinishAsync((await User.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid(), fetch: null, publish: null);

        Inject(publish, isAnalysisStruck ? null : fetch);
        await FinishAsync(await User.TranscodeAsync(videoId), isAnalysisStruck ? null : fetch, publish);

        Inject(playback);
        _violations.AddRange(await store.PlayAsync(videoId));
        Note(playback, StorePhase.Playback);
        store.Proxy.Inject();
        _violations.AddRange(await Invariants.AlwaysAsync(store.Deployment, _witness, Cancellation));
    }

    private void Inject(params S3Fault?[] faults) => store.Proxy.Inject([.. faults.OfType<S3Fault>()]);

    private async Task FinishAsync(Guid jobId, S3Fault? fetch, S3Fault? publish)
    {
        _witness.SawJob(jobId);
        if (kind == S3FaultKind.SlowBody && fetch is not null)
        {
            // At 1 KB/s a source would take hours; it comes, so that nothing is given up.
            await User.WaitAsync(() => User.JobAsync(jobId), _ => fetch.Fired > 0);
            await Task.Delay(SlowTime, Cancellation);
            Inject(publish);
        }

        var job = _witness.SawJob(await User.WaitForJobAsync(jobId));
        Note(fetch, StorePhase.Fetch);
        Note(publish, StorePhase.Publish);

        // What answers "not there" is a store that answers.
        if (kind != S3FaultKind.Missing && job.GetProperty("attempts").GetInt32() != 1)
        {
            _violations.Add($"the store's fault was charged to job {jobId}: {job}");
        }
    }

    private void Note(S3Fault? fault, StorePhase phase)
    {
        if (fault is null)
        {
            return;
        }

        Assert.True(fault.Fired > 0, $"{kind} never fired in {phase}");
        _injected += fault.AtMost;
        _fired += fault.Fired;
        _recoveries.Add(TimeProvider.System.GetElapsedTime(fault.LastFiredAt));
    }
}
