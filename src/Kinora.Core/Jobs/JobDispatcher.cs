using System.Text.Json;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Redis;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Jobs;

/// <summary>
/// Keeps as many messages in the queue as there are jobs to claim, up to a window, takes jobs from dead workers and settles what units have
/// left. Runs in every process: nothing claimable stays unseen while one of them lives, and an emptied queue is filled again from the
/// database.
/// </summary>
public sealed partial class JobDispatcher(
    DispatchStore store,
    JobReaper reaper,
    HlsUnits units,
    IJobQueue queue,
    CancelChannel cancels,
    KinoraMetrics metrics,
    IOptions<JobOptions> options,
    ILogger<JobDispatcher> logger)
    : BackgroundService
{
    /// <summary>Of a round and a type.</summary>
    private const int Batch = 100;

    private static readonly JobType[] Types = Enum.GetValues<JobType>();

    /// <summary>After the queue refused a message (out of memory, read-only) one is tried first, not a batch: each try is a write.</summary>
    private volatile bool _isRefused;

    /// <summary>
    /// Hands one job over right after the commit that made it. Failing is no error: the next round of any process does it, and workers
    /// look into the database while the queue is away. Give it no request's token: the client may leave, the job is there.
    /// </summary>
    public async Task DispatchAsync(Guid jobId, CancellationToken cancellation)
    {
        try
        {
            if (await store.TakeAsync(jobId, cancellation) is { } job)
            {
                await SendAsync([job], cancellation);
            }
        }
        catch (Exception e)
        {
            LogDispatchFailed(e, jobId);
        }
    }

    /// <summary>
    /// Draws the consequences of a unit's end for its parent. Failing is no error: the next round of any process does it. Give it no
    /// token that a shutdown cancels.
    /// </summary>
    public async Task SettleAsync(Guid parentId, CancellationToken cancellation)
    {
        try
        {
            await SettleUnitsAsync(parentId, cancellation);
        }
        catch (Exception e)
        {
            LogSettleFailed(e, parentId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Two rounds that do not wait for each other: a queue that answers slowly must not delay the rescue of jobs.
        await Task.WhenAll(RepeatAsync(RescueAsync, stoppingToken), RepeatAsync(DispatchDueAsync, stoppingToken));
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> part, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.Value.DispatchInterval);
        while (await TickAsync(timer, cancellation))
        {
            await TryAsync(part, cancellation);
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What fails now is done by the next round, or by another process.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> part, CancellationToken cancellation)
    {
        try
        {
            await part(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogRoundFailed(e);
        }
    }

    private async Task RescueAsync(CancellationToken cancellation)
    {
        await ReapAsync(cancellation);
        await SettleUnitsAsync(null, cancellation);
    }

    private async Task SettleUnitsAsync(Guid? parentId, CancellationToken cancellation)
    {
        var settled = await units.SettleAsync(parentId, cancellation);
        foreach (var parent in settled.Failed)
        {
            metrics.JobFinishedByOthers(parent.Type, JobStatus.Failed, parent.Code);
            LogFailedByUnit(parent.Id, parent.VideoId, parent.Code.Name);
        }

        foreach (var unitId in settled.Woken)
        {
            await DispatchAsync(unitId, cancellation);
        }

        foreach (var canceled in settled.Canceled)
        {
            await cancels.PublishAsync(canceled, cancellation);
        }

        if (settled.Fault is { } fault)
        {
            LogRoundFailed(fault);
        }
    }

    private async Task ReapAsync(CancellationToken cancellation)
    {
        foreach (var job in await reaper.ReapAsync(cancellation))
        {
            metrics.JobCrashed(job.Type);
            if (job.IsFinal && job.ParentId is null)
            {
                metrics.JobFinishedByOthers(job.Type, JobStatus.Failed, job.Code);
            }

            LogReaped(job.Id, job.VideoId, job.IsFinal ? JobStatus.Failed : JobStatus.Running);
        }
    }

    private async Task DispatchDueAsync(CancellationToken cancellation)
    {
        foreach (var type in Types)
        {
            // Asks the queue first: taking jobs that then cannot be sent would write their rows at every round of an outage.
            var (waiting, _) = await queue.CountAsync(type.ToQueue(), cancellation);
            await SendAsync(await store.TakeDueAsync(type, waiting, _isRefused ? 1 : Batch, cancellation), cancellation);
        }
    }

    private async Task SendAsync(IReadOnlyList<DispatchedJob> jobs, CancellationToken cancellation)
    {
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            await Failpoint.HitAsync(FailpointName.DispatchAfterTake, cancellation);
            var data = JsonSerializer.Serialize(new QueuedJob(job.Id, job.RequestId), JobJson.Default.QueuedJob);
            try
            {
                await queue.EnqueueAsync(
                    job.Type.ToQueue(),
                    new QueueMessage(Job.QueueMessageId(job.Id, job.DispatchCount), job.Type.ToName(), data),
                    cancellation);
                _isRefused = false;
                await Failpoint.HitAsync(FailpointName.DispatchAfterEnqueue, cancellation);
            }
            catch (Exception e) when (e is QueueUnavailableException or OperationCanceledException)
            {
                _isRefused = true;

                // Also when this process is told to stop: else nobody would look at them before RedispatchAfter.
                await store.UndoAsync([.. jobs.Skip(i)], CancellationToken.None);
                throw;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {jobId} waits for the next round of dispatching")]
    private partial void LogDispatchFailed(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What a unit of job {jobId} has left waits for the next round")]
    private partial void LogSettleFailed(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {jobId} of video {videoId} has FAILED with a unit: {code}")]
    private partial void LogFailedByUnit(Guid jobId, Guid videoId, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of dispatching failed")]
    private partial void LogRoundFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {jobId} of video {videoId} was taken from a lost worker and is {status}")]
    private partial void LogReaped(Guid jobId, Guid videoId, JobStatus status);
}
