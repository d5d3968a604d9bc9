using System.Diagnostics;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Worker;

/// <summary>
/// One attempt from its claim to its end. PostgreSQL decides each step; whatever goes wrong ends in exactly one of: completed, failed (to
/// be tried again or for good), given back, or lost (then nothing is written at all).
/// </summary>
internal sealed partial class JobRunner(
    JobStore store,
    CompleteJob complete,
    LeaseKeeper leases,
    WorkDirectory workDirectory,
    IServiceProvider services,
    KinoraMetrics metrics,
    IOptions<JobOptions> options,
    ILogger<JobRunner> logger)
{
    private const int DiskFullHResult = 28; // ENOSPC
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(15);
    private static readonly string Worker = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Claims the job and does it; false when it was not to be had.</summary>
    /// <param name="queueJobId">The message that said so, for the log; null when found in the database.</param>
    /// <param name="onStarted">Called once with the running attempt.</param>
    public async Task<bool> RunAsync(Guid jobId, string? queueJobId, Action<Attempt> onStarted)
    {
        if (await ClaimAsync(jobId) is not { } job)
        {
            return false;
        }

        using var scope = logger.BeginScope(new Dictionary<string, object?>
        {
            ["jobId"] = job.Id,
            ["videoId"] = job.VideoId,
            ["userId"] = job.OwnerId,
            ["requestId"] = job.RequestId,
            ["queueJobId"] = queueJobId,
        });
        var attempt = new Attempt(job);
        leases.Add(attempt);
        try
        {
            await Failpoint.HitAsync(FailpointName.WorkerAfterClaim, CancellationToken.None);
            onStarted(attempt);
            metrics.JobAttempted(job.Type, job.Attempt);
            var clock = Stopwatch.StartNew();
            var outcome = await DoAsync(attempt);
            if (outcome.Status is { } status)
            {
                metrics.JobFinished(job.Type, status, outcome.Code, clock.Elapsed);
            }

            LogEnded(job.Type, job.Attempt, job.MaxAttempts, outcome, clock.ElapsedMilliseconds);
        }
        finally
        {
            leases.Remove(attempt);
        }

        return true;
    }

    /// <summary>
    /// Not by the shutdown's token: once the message is taken, the job is either claimed (and given back at the end of the drain) or left
    /// as it was, never half-way.
    /// </summary>
    private async Task<ClaimedJob?> ClaimAsync(Guid jobId)
    {
        using var timeout = new CancellationTokenSource(SettleTimeout);
        return await store.ClaimAsync(jobId, Worker, timeout.Token);
    }

    private async Task<Outcome> DoAsync(Attempt attempt)
    {
        var handler = services.GetRequiredKeyedService<IJobHandler>(attempt.Job.Type);
        try
        {
            // In here, since a disk without room for it must end the attempt like anything else that goes wrong.
            using var folder = workDirectory.OpenAttempt(attempt.Job.Id, attempt.Job.Fence);
            await handler.RunAsync(new JobContext(attempt, folder.Path), attempt.Stopped);
            return Outcome.Succeeded;
        }
        catch (JobLostException)
        {
            return Outcome.Lost;
        }
        catch (Exception e) when (attempt.Reason != StopReason.None)
        {
            // Whatever it is, it came of being stopped, or too late to matter.
            LogStopped(e, attempt.Reason);
            return attempt.Reason == StopReason.Drain ? await ReleaseAsync(attempt.Job) : Outcome.Lost;
        }
        catch (Exception e)
        {
            return await SettleAsync(attempt.Job, e);
        }
    }

    private async Task<Outcome> SettleAsync(ClaimedJob job, Exception exception)
    {
        await Failpoint.HitAsync(FailpointName.WorkerBeforeSettle, CancellationToken.None);
        using var timeout = new CancellationTokenSource(SettleTimeout);
        try
        {
            // The answer to a COMMIT may be what was lost: then the job is done, and must not be done again.
            if (exception is NpgsqlException && await complete.IsCompletedAsync(job, timeout.Token))
            {
                return Outcome.Succeeded;
            }

            var (code, message) = Classify(exception);
            LogFailed(exception, code.Name);
            var delay = Backoff.After(job.Attempt, options.Value, Random.Shared);
            return await store.FailAsync(job, code, message, delay, timeout.Token) switch
            {
                JobStatus.Failed => new Outcome("failed", JobStatus.Failed, code),
                JobStatus.Running => new Outcome("retry", null, code),
                _ => Outcome.Lost,
            };
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            // The database is away: the lease runs out, and the reaper gives the job to another attempt.
            LogSettleFailed(e);
            return Outcome.Lost;
        }
    }

    private async Task<Outcome> ReleaseAsync(ClaimedJob job)
    {
        using var timeout = new CancellationTokenSource(SettleTimeout);
        try
        {
            return await store.ReleaseAsync(job, timeout.Token) ? Outcome.Released : Outcome.Lost;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            LogSettleFailed(e);
            return Outcome.Lost;
        }
    }

    private static (JobErrorCode Code, string Message) Classify(Exception exception) => exception switch
    {
        JobFailedException e => (e.Code, e.Message),
        StorageException { IsFull: true } => (JobErrorCode.DiskFull, "The object store is full."),
        StorageException => (JobErrorCode.Storage, "The object store did not answer as it should."),
        IOException io when IsDiskFull(io) => (JobErrorCode.DiskFull, "The worker's disk is full."),
        _ => (JobErrorCode.Internal, "Something went wrong on our side."),
    };

    private static bool IsDiskFull(IOException exception) => (exception.HResult & 0xFFFF) == DiskFullHResult;

    /// <param name="Status">Of the job, when it has ended with this attempt.</param>
    private sealed record Outcome(string Name, JobStatus? Status, JobErrorCode? Code)
    {
        public static readonly Outcome Succeeded = new("succeeded", JobStatus.Succeeded, null);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The attempt's end could not be written; its lease runs out")]
    private partial void LogSettleFailed(Exception exception);
}
