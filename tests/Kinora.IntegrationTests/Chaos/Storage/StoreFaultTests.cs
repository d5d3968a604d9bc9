using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Storage;

/// <summary>
/// What a store may do to those who trust it, in all of a video's life. Uploads are refused whole or done whole; jobs wait, uncharged, and
/// are done once the store is well; players get the manifest's bytes or an answer that breaks off.
/// </summary>
[Collection("deployments")]
public sealed class StoreFaultTests(ProxiedStoreDeployment store) : IClassFixture<ProxiedStoreDeployment>, IAsyncLifetime
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Deployment Deployment => store.Deployment;

    private KinoraClient User => store.User;

    /// <summary>By what the report calls them.</summary>
    private static Dictionary<string, Func<StoreFaultTests, Task>> All { get; } =
        Enum.GetValues<S3FaultKind>().Select(kind => (StoreFaultRun.Words(kind), Fault(tests => tests.StrikeAsync(kind))))
            .Concat(LastingStoreFault.All.Select(fault => (fault.Words, Fault(tests => tests.LastAsync(fault)))))
            .ToDictionary();

    public static TheoryData<string> Faults => [.. ChaosScale.Draw(All.Keys, name => name)];

    public async ValueTask InitializeAsync()
    {
        ChaosTurns.SkipUntilItsTurn(GetType());
        await store.StartedAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Faults))]
    public Task A_store_that_fails_costs_no_video_and_no_byte(string fault) => All[fault](this);

    [Fact]
    public async Task A_worker_that_is_told_to_stop_leaves_a_store_that_hangs()
    {
        var (videoId, analyzeJobId) = await store.UploadAsync();
        await User.WaitForJobAsync(analyzeJobId);
        await User.WaitForJobAsync((await User.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid());
        foreach (var idle in Deployment.Processes.Where(p => p != Deployment.Api && !p.Exited.IsCompleted))
        {
            await idle.DisposeAsync();
        }

        var patient = await Deployment.StartWorkerAsync("Kinora__Storage__S3__Timeout=00:05:00");
        var fault = new S3Fault(S3FaultKind.NoAnswer, S3Operation.Get);
        store.Proxy.Inject(fault);
        try
        {
            var jobId = await User.TranscodeAsync(videoId);
            await Eventually.TrueAsync(() => fault.Fired > 0, () => Deployment.Log, KinoraClient.Patience);

            patient.Signal(PosixSignalNumber.Terminate);

            Assert.Equal(0, await patient.Exited.WaitAsync(DrainLimit, Cancellation));
            store.Proxy.Inject();
            await Deployment.StartWorkerAsync();
            var job = await User.WaitForJobAsync(jobId);
            Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        }
        finally
        {
            store.Proxy.Inject();
        }
    }

    private static Func<StoreFaultTests, Task> Fault(Func<StoreFaultTests, Task> run) => run;

    /// <summary>A call or two of each phase.</summary>
    private async Task StrikeAsync(S3FaultKind kind)
    {
        try
        {
            (await new StoreFaultRun(store, kind).RunAsync(ChaosScale.Of(1, 20))).Conclude();
        }
        finally
        {
            store.Proxy.Inject();
        }
    }

    private async Task LastAsync(LastingStoreFault lasting)
    {
        var fault = lasting.Make();
        var witness = new Witness();
        var (videoId, analyzeJobId) = await store.UploadAsync();
        await User.WaitForJobAsync(analyzeJobId);
        var thumbnailJobId = (await User.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid();
        await User.WaitForJobAsync(thumbnailJobId);
        var (videos, jobs) = (new List<Guid> { videoId }, new List<Guid>());
        TimeSpan recovery;
        try
        {
            store.Proxy.Inject(fault);
            var began = TimeProvider.System.GetTimestamp();
            jobs.Add(await User.TranscodeAsync(videoId));
            for (var tries = 0; lasting.Lasts is { } lasts ? TimeProvider.System.GetElapsedTime(began) < lasts : tries < 3 || fault.Fired < ChaosScale.Of(3, 20); tries++)
            {
                if (await store.TryUploadAsync() is var (uploaded, jobId))
                {
                    videos.Add(uploaded);
                    jobs.Add(jobId);
                }

                await store.TryGetAsync($"/v1/videos/{videoId}/thumbnail");
            }

            if (lasting.Lasts is not null)
            {
                store.Proxy.Inject();
            }

            var ended = TimeProvider.System.GetTimestamp();
            foreach (var jobId in jobs)
            {
                var job = witness.SawJob(await User.WaitForJobAsync(jobId));
                Assert.Equal(1, job.GetProperty("attempts").GetInt32());
            }

            recovery = TimeProvider.System.GetElapsedTime(ended);
        }
        finally
        {
            store.Proxy.Inject();
        }

        foreach (var video in videos)
        {
            witness.SawVideo(video, User);
            await User.WaitForJobAsync((await User.JobAsync(video, "THUMBNAIL")).GetProperty("id").GetGuid());
        }

        var violations = await Invariants.SettleAsync(Deployment, witness, KinoraClient.Patience, Cancellation);
        foreach (var video in videos)
        {
            using var deleted = await User.Http.DeleteAsync($"/v1/videos/{video}", Cancellation);
            deleted.EnsureSuccessStatusCode();
        }

        new FaultRow("Object storage", lasting.Words, fault.Fired, fault.Fired, lasting.Lasts is null ? [] : [recovery], violations).Conclude();
    }
}
