using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>
/// Keeps the slots of one job type busy. A message of the queue says that there is something to claim, and the database says what; while
/// the queue is away, it is asked every few seconds. On shutdown nothing new is taken; what runs may go on for the drain time and is then
/// given back.
/// </summary>
internal sealed partial class JobHost(
    JobType type,
    int slots,
    IJobQueue queue,
    JobRunner runner,
    LeaseKeeper leases,
    WorkDirectory workDirectory,
    IOptions<WorkerOptions> options,
    ILogger<JobHost> logger) : BackgroundService
{
    private static readonly TimeSpan ReceiveWait = TimeSpan.FromSeconds(5);

    /// <summary>After the drain: for an attempt to end its ffmpeg and to write that it gives the job back.</summary>
    internal static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _free = new(slots, Math.Max(slots, 1));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!await AllFreeAsync(options.Value.Drain))
        {
            leases.StopAll(StopReason.Drain);
            await AllFreeAsync(SettleTime);
        }
    }

    public override void Dispose()
    {
        _free.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (slots == 0)
        {
            return;
        }

        try
        {
            await leases.Connected.WaitAsync(stoppingToken);
            while (true)
            {
                await _free.WaitAsync(stoppingToken);
                var started = false;
                try
                {
                    started = await TryTakeOneAsync(stoppingToken);
                }
                finally
                {
                    if (!started)
                    {
                        _free.Release();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <returns>True: a run has begun that gives its slot back itself.</returns>
    private async Task<bool> TakeOneAsync(CancellationToken stopping)
    {
        if (!workDirectory.HasRoom)
        {
            LogNoRoom();
            await Task.Delay(options.Value.PollInterval, stopping);
            return false;
        }

        try
        {
            if (await queue.ReceiveAsync(type.ToQueue(), ReceiveWait, stopping) is not { } delivery)
            {
                return false;
            }

            _ = HandleAsync(delivery, stopping);
            return true;
        }
        catch (QueueUnavailableException e)
        {
            LogQueueAway(e.Message);
            return await PollAsync(stopping);
        }
    }

    /// <summary>An error that nobody foresaw must not end the worker, and with it what else it runs; nor come back without a pause.</summary>
    private async Task<bool> TryTakeOneAsync(CancellationToken stopping)
    {
        try
        {
            return await TakeOneAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogTakeFailed(e, type);
            await Task.Delay(options.Value.PollInterval, stopping);
            return false;
        }
    }

    private async Task<bool> PollAsync(CancellationToken stopping)
    {
        if (await runner.ClaimAsync(type, named: null, stopping) is { } attempt)
        {
            _ = RunAsync(attempt);
            return true;
        }

        await Task.Delay(options.Value.PollInterval, stopping);
        return false;
    }

    /// <summary>A job that was found without a message.</summary>
    private async Task RunAsync(Attempt attempt)
    {
        // Leaves the caller's loop at once, whatever the first steps take.
        await Task.Yield();
        try
        {
            await RunAsync(attempt, null);
        }
        catch (Exception e)
        {
            LogRunFailed(e, attempt.Job.Id);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task HandleAsync(IQueueDelivery delivery, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await Failpoint.HitAsync(FailpointName.WorkerAfterReceive, CancellationToken.None);

            // Whatever the message is: it says that there is something to claim, and nothing waits because of garbage.
            var named = QueuedJobId.Of(delivery.Message);
            if (named is null)
            {
                LogNoneOfOurs(delivery.Message.Id, type);
            }

            if (await runner.ClaimAsync(type, named, stopping) is { } attempt)
            {
                await RunAsync(attempt, delivery);
                await Failpoint.HitAsync(FailpointName.WorkerBeforeFinishMessage, CancellationToken.None);
            }

            await FinishAsync(delivery);
        }
        catch (Exception e)
        {
            LogRunFailed(e, QueuedJobId.Of(delivery.Message));

            // Whatever it is may meet the next message too: the queue must not be emptied for nothing.
            await Task.Delay(options.Value.PollInterval, CancellationToken.None);
            await FinishAsync(delivery);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task RunAsync(Attempt attempt, IQueueDelivery? delivery)
    {
        using var progress = new CancellationTokenSource();
        try
        {
            // Of another job than the message's nothing is shown with the message.
            var shown = delivery is not null && QueuedJobId.Of(delivery.Message) == attempt.Job.Id ? delivery : null;
            _ = QueueProgress.FollowAsync(attempt, shown, progress.Token);
            await runner.RunAsync(attempt, delivery?.Message.Id);
        }
        finally
        {
            // Also after an error, or it would be followed for ever.
            await progress.CancelAsync();
        }
    }

    /// <summary>The message has said what it had to say, whatever became of the job.</summary>
    private async Task FinishAsync(IQueueDelivery delivery)
    {
        try
        {
            await delivery.CompleteAsync(CancellationToken.None);
        }
        catch (QueueUnavailableException e)
        {
            LogQueueAway(e.Message);
        }
    }

    private async Task<bool> AllFreeAsync(TimeSpan timeout)
    {
        using var expired = new CancellationTokenSource(timeout);
        var taken = 0;
        try
        {
            for (; taken < slots; taken++)
            {
                await _free.WaitAsync(expired.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            if (taken > 0)
            {
                _free.Release(taken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue is away: looking into the database. {reason}")]
    private partial void LogQueueAway(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "No {type} job could be looked for")]
    private partial void LogTakeFailed(Exception exception, JobType type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {queueJobId} of {type} names no job: it is dropped")]
    private partial void LogNoneOfOurs(string queueJobId, JobType type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "WorkDir has no room: no job is begun")]
    private partial void LogNoRoom();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {jobId} could not be run")]
    private partial void LogRunFailed(Exception exception, Guid? jobId);
}
