using System.Diagnostics;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>
/// One attempt from its claim to its end. PostgreSQL decides each step; whatever goes wrong ends in exactly one of: completed, failed (to
/// be tried again or for good), deferred, given back, or lost (then nothing is written at all).
/// </summary>
internal sealed partial class JobRunner(
    JobStore store,
    CompleteJob complete,
    HlsUnits units,
    JobDispatcher dispatcher,
    LeaseKeeper leases,
    WorkDirectory workDirectory,
    IServiceProvider services,
    KinoraMetrics metrics,
    IOptions<JobOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger) : IDisposable
{
    private const int DiskFullHResult = 28; // ENOSPC
    private const string DatabaseAway = "The database was away.";
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(500);
    private static readonly string Worker = WorkerHeartbeat.Name;

    private readonly SemaphoreSlim _claiming = new(1, 1);

    public void Dispose() => _claiming.Dispose();

    /// <summary>
    /// Takes the job of the type whose turn it is; null when there is none. A claim is never cut off: once a message is taken, a job is
    /// either claimed (and given back at the end of the drain) or left as it was, never half-way. While the database is away it waits.
    /// </summary>
    /// <param name="named">The job that a message named; null: found without one.</param>
    /// <param name="stopping">No claim is begun after it.</param>
    public async Task<Attempt?> ClaimAsync(JobType type, Guid? named, CancellationToken stopping)
    {
        // One after the other: two at once would find the same job, and one of them in vain.
        await _claiming.WaitAsync(CancellationToken.None);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                // A name for each claim: where only its answer was lost, it can be taken back.
                var owner = $"{Worker}:{Guid.CreateVersion7()}";
                try
                {
                    using var timeout = new CancellationTokenSource(SettleTimeout);
                    return await store.ClaimNextAsync(type, named, owner, timeout.Token);
                }
                catch (Exception e) when (DatabaseOutage.Is(e) || e is OperationCanceledException)
                {
                    LogClaimFailed(e);
                    await SettleAsync(cancellation => TakeBackAsync(owner, cancellation));
                }
            }

            return null;
        }
        finally
        {
            _claiming.Release();
        }
    }

    /// <summary>Does the job that was just claimed.</summary>
    /// <param name="queueJobId">The message that said so, for the log; null when found in the database.</param>
    public async Task RunAsync(Attempt attempt, string? queueJobId)
    {
        var job = attempt.Job;
        using var scope = logger.BeginScope(new Dictionary<string, object?>
        {
            ["jobId"] = job.Id,
            ["videoId"] = job.VideoId,
            ["userId"] = job.OwnerId,
            ["requestId"] = job.RequestId,
            ["queueJobId"] = queueJobId,
        });
        leases.Add(attempt);
        try
        {
            await Failpoint.HitAsync(FailpointName.WorkerAfterClaim, CancellationToken.None);
            if (job.ParentId is null)
            {
                metrics.JobAttempted(job.Type, job.IsFirst);
            }

            var clock = Stopwatch.StartNew();
            var outcome = await DoAsync(attempt);
            if (outcome.Status is { } status && (job.ParentId is null || await HasEndedParentAsync(job, status)))
            {
                metrics.JobFinished(job.Type, status, outcome.Code, clock.Elapsed);
            }

            LogEnded(job.Type, job.Attempt, job.MaxAttempts, outcome, clock.ElapsedMilliseconds);
        }
        finally
        {
            leases.Remove(attempt);
        }
    }

    /// <summary>Settles what the end of a unit means for its parent: what fails of it, the next round of any process does.</summary>
    /// <returns>The parent has SUCCEEDED with it; where it FAILED, settling has counted it.</returns>
    private async Task<bool> HasEndedParentAsync(ClaimedJob unit, JobStatus status)
    {
        using var timeout = new CancellationTokenSource(SettleTimeout);
        await dispatcher.SettleAsync(unit.ParentId!.Value, timeout.Token);
        try
        {
            return status == JobStatus.Succeeded && await units.HasEndedParentAsync(unit, timeout.Token);
        }
        catch (Exception e) when (DatabaseOutage.Is(e) || e is OperationCanceledException)
        {
            return false; // only the metric misses it
        }
    }

    private async Task<Outcome> DoAsync(Attempt attempt)
    {
        var handler = services.GetRequiredKeyedService<IJobHandler>(attempt.Job.Type);
        try
        {
            // In here, since a disk without room for it must end the attempt like anything else that goes wrong.
            using var folder = workDirectory.OpenAttempt(attempt.Job.Id, attempt.Job.Fence);
            await handler.RunAsync(new JobContext(attempt, folder.Path), attempt.Stopped);
            return attempt.IsParked ? Outcome.Parked : Outcome.Succeeded;
        }
        catch (JobLostException)
        {
            return Outcome.Lost;
        }
        catch (Exception e) when (attempt.Reason != StopReason.None)
        {
            // Whatever it is, it came of being stopped, or too late to matter.
            LogStopped(e, attempt.Reason);
            return await SettleAsync(cancellation => GiveBackAsync(attempt, cancellation));
        }
        catch (Exception e)
        {
            return await SettleAsync(cancellation => EndAsync(attempt, e, cancellation));
        }
    }

    /// <summary>
    /// Writes the attempt's end, again and again while the database is away: the job is this attempt's until the reaper takes it, and that
    /// waits a while after an outage. Doing it twice is no harm: the second time changes nothing.
    /// </summary>
    private async Task<Outcome> SettleAsync(Func<CancellationToken, Task<Outcome>> write)
    {
        await Failpoint.HitAsync(FailpointName.WorkerBeforeSettle, CancellationToken.None);
        while (true)
        {
            using var timeout = new CancellationTokenSource(SettleTimeout);
            try
            {
                return await write(timeout.Token);
            }
            catch (Exception e) when (DatabaseOutage.Is(e) || timeout.IsCancellationRequested)
            {
                LogSettleFailed(e);
                await Task.Delay(SettleInterval);
            }
            catch (Exception e)
            {
                LogSettleRefused(e);
                return Outcome.Lost;
            }
        }
    }

    private async Task<Outcome> EndAsync(Attempt attempt, Exception exception, CancellationToken cancellation)
    {
        var job = attempt.Job;

        // The answer to a COMMIT may be what was lost: then the job is done, and must not be done again.
        if (DatabaseOutage.Is(exception) && await complete.IsCompletedAsync(job, cancellation))
        {
            return Outcome.Succeeded;
        }

        var (code, message, isOutage) = Classify(exception);
        LogFailed(exception, code.Name);
        return isOutage && await DeferAsync(attempt, code, message, cancellation)
            ? new Outcome("deferred", null, code)
            : await FailAsync(job, code, message, cancellation);
    }

    private async Task<Outcome> FailAsync(ClaimedJob job, JobErrorCode code, string message, CancellationToken cancellation)
    {
        var delay = Backoff.After(job.Attempt, options.Value, Random.Shared);
        return await store.FailAsync(job, code, message, delay, cancellation) switch
        {
            JobStatus.Failed => new Outcome("failed", JobStatus.Failed, code),
            JobStatus.Running => new Outcome("retry", null, code),
            _ => Outcome.Lost,
        };
    }

    private async Task<Outcome> GiveBackAsync(Attempt attempt, CancellationToken cancellation)
    {
        var isGivenBack = attempt.Reason == StopReason.Drain
            ? await store.ReleaseAsync(attempt.Job, cancellation)
            : await DeferAsync(attempt, JobErrorCode.Internal, DatabaseAway, cancellation);
        return isGivenBack
            ? attempt.Reason == StopReason.Drain ? Outcome.Released : new Outcome("deferred", null, JobErrorCode.Internal)

            // The answer to a COMMIT may be what was lost, and the stop came of the same outage.
            : await complete.IsCompletedAsync(attempt.Job, cancellation) ? Outcome.Succeeded

            // Still ours after all: the outage has lasted for longer than a job waits.
            : await FailAsync(attempt.Job, JobErrorCode.Internal, DatabaseAway, cancellation);
    }

    /// <summary>One that ran for longer than any backoff has seen the outage before it end: this is another one.</summary>
    private async Task<bool> DeferAsync(Attempt attempt, JobErrorCode code, string message, CancellationToken cancellation)
    {
        var isDeferred = await store.DeferAsync(
            attempt.Job, code, message, isNewOutage: time.GetElapsedTime(attempt.Claimed) > options.Value.BackoffMax, cancellation);
        if (isDeferred)
        {
            metrics.JobDeferred(attempt.Job.Type, code);
        }

        return isDeferred;
    }

    private async Task<Outcome> TakeBackAsync(string owner, CancellationToken cancellation)
    {
        await store.ReleaseClaimAsync(owner, cancellation);
        return Outcome.Released;
    }

    private static (JobErrorCode Code, string Message, bool IsOutage) Classify(Exception exception) => exception switch
    {
        JobFailedException e => (e.Code, e.Message, e.Code.IsOutage),
        StorageException { IsFull: true } => (JobErrorCode.DiskFull, "The object store is full.", true),
        StorageException { IsMissing: true } => (JobErrorCode.Storage, "The stored source is missing.", false),
        StorageException { IsDamaged: true } => (JobErrorCode.Storage, "The stored source is damaged.", false),
        StorageException => (JobErrorCode.Storage, "The object store did not answer as it should.", true),
        IOException io when IsDiskFull(io) => (JobErrorCode.DiskFull, "The worker's disk is full.", true),
        _ when DatabaseOutage.Is(exception) => (JobErrorCode.Internal, DatabaseAway, true),
        _ => (JobErrorCode.Internal, "Something went wrong on our side.", false),
    };

    private static bool IsDiskFull(IOException exception) => (exception.HResult & 0xFFFF) == DiskFullHResult;

    /// <param name="Status">Of the job, when it has ended with this attempt.</param>
    private sealed record Outcome(string Name, JobStatus? Status, JobErrorCode? Code)
    {
        public static readonly Outcome Succeeded = new("succeeded", JobStatus.Succeeded, null);
        public static readonly Outcome Parked = new("parked", null, null);
        public static readonly Outcome Lost = new("lost", null, null);
        public static readonly Outcome Released = new("released", null, null);

        /// <summary>"retry STORAGE"; what is in no code is the bare word.</summary>
        public override string ToString() => Code is null ? Name : $"{Name} {Code.Name}";
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{type} attempt {attempt} of {maxAttempts} ended: {outcome} after {elapsedMs} ms")]
    private partial void LogEnded(JobType type, int attempt, int maxAttempts, Outcome outcome, long elapsedMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The attempt failed with {code}")]
    private partial void LogFailed(Exception exception, string code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The attempt was stopped ({reason})")]
    private partial void LogStopped(Exception exception, StopReason reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim failed, or its answer was lost")]
    private partial void LogClaimFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The attempt's end could not be written; trying again")]
    private partial void LogSettleFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The attempt's end was refused; its lease runs out")]
    private partial void LogSettleRefused(Exception exception);
}
