using System.Diagnostics;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Storage.S3;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Uploads.ByUrl;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>
/// A deployment in which one worker after the other is killed at a moment of a job's life. Its neighbour, which takes the job over, is
/// stopped only until the victim is dead, so that it is the victim that gets the job.
/// </summary>
internal sealed class KillLane : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    /// <summary>Short waits, and a second look at each prefix: Swift lists an object some time after it was put.</summary>
    public static readonly IReadOnlyList<string> Settings =
    [
        $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Beat=00:00:00.3", "Kinora__Jobs__Grace=00:00:00.5",
        "Kinora__Jobs__BackoffBase=00:00:00.2", "Kinora__Jobs__RedispatchAfter=00:00:01",
        "Kinora__Queue__LockDuration=00:00:03", "Kinora__Queue__StalledInterval=00:00:01", "Kinora__Queue__SignalWait=00:00:00.3",
        "Kinora__Collector__SweepAgain__0=00:00:02", "Kinora__Collector__SweepAgain__1=00:00:10",
    ];

    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);
    private readonly Witness _witness = new();
    private readonly FileServer _server;
    private readonly Deployment _deployment;
    private readonly KinoraProcess _neighbour;
    private readonly KinoraClient _user;
    private readonly Guid _videoId;

    private KillLane(FileServer server, Deployment deployment, KinoraProcess neighbour, KinoraClient user, Guid videoId)
    {
        (_server, _deployment, _neighbour, _user, _videoId) = (server, deployment, neighbour, user, videoId);
        _witness.SawVideo(videoId, user);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<KillLane> StartAsync(S3StorageOptions? bucket)
    {
        var server = new FileServer();
        var deployment = await Deployment.StartAsync(bucket, [.. Settings, .. server.Settings]);
        try
        {
            var (starting, creating) = (deployment.StartWorkerAsync(), deployment.CreateUserAsync());
            await Task.WhenAll(starting, creating);
            var (neighbour, user) = (await starting, await creating);
            return new KillLane(server, deployment, neighbour, user, await user.UploadAnalyzedAsync(await SourceClips.MiddleAsync()));
        }
        catch
        {
            await deployment.DisposeAsync();
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _user.Dispose();
        await _deployment.DisposeAsync();
        await _server.DisposeAsync();
    }

    public async Task<Kill> KillAsync(KillPoint point)
    {
        await using var victim = await StartVictimAsync(point);
        var children = new HashSet<int>();
        Guid videoId;
        _neighbour.Signal(PosixSignalNumber.Stop);
        try
        {
            videoId = await SubmitAsync(point.Type);
            await WatchToDeathAsync(victim, children);
        }
        finally
        {
            _neighbour.Signal(PosixSignalNumber.Continue);
        }

        var died = Stopwatch.GetTimestamp();
        var orphans = FindOrphansAsync(children, died);
        var hasFired = await _deployment.Failpoints.HasKilledAsync(victim, point.Failpoint);
        var job = new ObservedJob(_deployment, await FindJobAsync(videoId, point.Type));
        TimeSpan? recovery = null;
        if (!point.IsDone)
        {
            await job.WaitForTakeOverAsync(victim, await job.HeldByAsync(victim));
            recovery = Stopwatch.GetElapsedTime(died);
        }

        List<string> violations =
        [
            .. (await orphans).Select(id => $"W1: process {id} of the worker killed {point.Words} lived on"),
            .. point.IsDone && (await job.ReadAsync()).Status != "SUCCEEDED" ? [$"J3: job {job.Id} is not done, {point.Words}"] : (string[])[],
            .. await Invariants.AlwaysAsync(_deployment, _witness, Cancellation),
        ];
        _witness.SawJob(await _user.WaitForJobAsync(job.Id));
        return new Kill(point, hasFired, recovery, violations);
    }

    /// <summary>At the end of the lane.</summary>
    public Task<IReadOnlyList<string>> SettleAsync() => Invariants.SettleAsync(_deployment, _witness, SettlePatience, Cancellation);

    private Task<KinoraProcess> StartVictimAsync(KillPoint point)
    {
        // A thumbnail follows an analysis, which the neighbour cannot make meanwhile.
        var (fetch, analyze, thumbnail, hls) = point.Type switch
        {
            JobType.Fetch => (1, 0, 0, 0),
            JobType.Analyze => (0, 1, 0, 0),
            JobType.Thumbnail => (0, 1, 1, 0),
            _ => (0, 0, 0, 1),
        };
        return _deployment.StartWorkerAsync(
        [
            .. _deployment.Failpoints.Settings([.. point.Rules]),
            $"Kinora__Worker__Concurrency__Fetch={fetch}", $"Kinora__Worker__Concurrency__Analyze={analyze}",
            $"Kinora__Worker__Concurrency__Thumbnail={thumbnail}", $"Kinora__Worker__Concurrency__Hls={hls}",
        ]);
    }

    /// <returns>The video of the job.</returns>
    private async Task<Guid> SubmitAsync(JobType type)
    {
        if (type == JobType.Hls)
        {
            _witness.SawJob(await _user.TranscodeAsync(_videoId, new { renditions = new[] { "360p" }, force = true }));
            return _videoId;
        }

        var clip = await SourceClips.ShortAsync();
        var (videoId, jobId) = type == JobType.Fetch ? await _user.SubmitUrlAsync(_server.ServeFile(clip)) : await _user.UploadAsync(clip);
        _witness.SawVideo(videoId, _user);
        _witness.SawJob(jobId);
        return videoId;
    }

    private Task<Guid> FindJobAsync(Guid videoId, JobType type) => _deployment.QueryAsync<Guid>(
        $"SELECT id FROM jobs WHERE video_id = '{videoId}' AND type = '{type.ToName()}' AND parent_id IS NULL ORDER BY id DESC LIMIT 1");

    private async Task WatchToDeathAsync(KinoraProcess victim, HashSet<int> children)
    {
        var started = Stopwatch.GetTimestamp();
        while (!victim.Exited.IsCompleted)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < KinoraClient.Patience, $"the victim lives on\n{_deployment.Log}");
            children.UnionWith(KinoraProcess.DescendantsOf(victim.Id));
            await Task.WhenAny(victim.Exited, Task.Delay(WatchInterval, Cancellation));
        }
    }

    /// <returns>Those that outlive the limit: ffmpeg, and the probe's helper.</returns>
    private static async Task<IReadOnlyList<int>> FindOrphansAsync(IReadOnlyCollection<int> children, long died)
    {
        while (children.Any(KinoraProcess.IsAlive) && Stopwatch.GetElapsedTime(died) < OrphanLimit)
        {
            await Task.Delay(WatchInterval, Cancellation);
        }

        return [.. children.Where(KinoraProcess.IsAlive)];
    }
}

/// <summary>What became of one kill.</summary>
/// <param name="HasFired">The worker is dead by SIGKILL, at the point.</param>
/// <param name="Recovery">From its death to the claim of the job by another one; null: the job was done.</param>
internal sealed record Kill(KillPoint Point, bool HasFired, TimeSpan? Recovery, IReadOnlyList<string> Violations);
