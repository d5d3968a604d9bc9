using System.Text.Json;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// Hands claimable jobs to the queue, and takes jobs from dead workers. Runs in every process: nothing claimable stays unseen while one
/// of them lives, and an emptied queue is filled again from the database.
/// </summary>
public sealed partial class JobDispatcher(
    JobStore store, JobReaper reaper, IJobQueue queue, IOptions<JobOptions> options, ILogger<JobDispatcher> logger) : BackgroundService
{
    /// <summary>
    /// Hands one job over right after the commit that made it. Failing is no error: the next round of any process does it, and workers
    /// look into the database while the queue is away. Give it no request's token: the client may leave, the job is there.
    /// </summary>
    public async Task DispatchAsync(Guid jobId, CancellationToken cancellation)
    {
        try
        {
            await DispatchDueAsync(jobId, cancellation);
        }
        catch (Exception e)
        {
            LogDispatchFailed(e, jobId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.DispatchInterval);
        while (await TickAsync(timer, stoppingToken))
        {
            try
            {
                foreach (var (jobId, status) in await reaper.ReapAsync(stoppingToken))
                {
                    LogReaped(jobId, status);
                }

                // Asked first: taking jobs that then cannot be sent would write their rows at every round of an outage.
                await queue.PingAsync(stoppingToken);
                await DispatchDueAsync(null, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogRoundFailed(e);
            }
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

    private async Task DispatchDueAsync(Guid? jobId, CancellationToken cancellation)
    {
        var jobs = await store.TakeForDispatchAsync(jobId, cancellation);
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
                await Failpoint.HitAsync(FailpointName.DispatchAfterEnqueue, cancellation);
            }
            catch (Exception e) when (e is QueueUnavailableException or OperationCanceledException)
            {
                // Also when this process is told to stop: else nobody would look at them before RedispatchAfter.
                foreach (var undone in jobs.Skip(i))
                {
                    await store.UndoDispatchAsync(undone, CancellationToken.None);
                }

                throw;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {jobId} waits for the next round of dispatching")]
    private partial void LogDispatchFailed(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of dispatching failed")]
    private partial void LogRoundFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {jobId} was taken from a lost worker and is {status}")]
    private partial void LogReaped(Guid jobId, JobStatus status);
}
