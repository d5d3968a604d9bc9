using Kinora.Core.Errors;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Kinora.Core.Jobs;

/// <summary>
/// The job protocol's steps on the jobs table (<see cref="JobStatements"/>), but for completion, beat and reaping. A null or false answer
/// means that this attempt has lost the job and must leave without a trace.
/// </summary>
public sealed class JobStore(NpgsqlDataSource source, JobStatements statements, IOptions<JobOptions> options, TimeProvider time)
{
    /// <summary>Of the look for a job that could be claimed: each time all of them were taken by other workers meanwhile.</summary>
    private const int ClaimRounds = 4;

    private readonly JobOptions _options = options.Value;

    /// <summary>
    /// Takes the job of the type whose turn it is; null when there is none. Owners take turns, so that 10,000 jobs of one do not keep
    /// another one's waiting; of one owner's jobs the oldest is the next.
    /// </summary>
    /// <param name="named">By a message; taken where others are quicker with those whose turn it is.</param>
    public async Task<Attempt?> ClaimNextAsync(JobType type, Guid? named, string worker, CancellationToken cancellation)
    {
        for (var round = 0; round < ClaimRounds; round++)
        {
            var found = await FindClaimableAsync(type, named, cancellation);
            if (found.Count == 0)
            {
                return null;
            }

            foreach (var jobId in found)
            {
                if (await ClaimAsync(jobId, worker, cancellation) is { } attempt)
                {
                    return attempt;
                }
            }
        }

        return null;
    }

    /// <summary>Takes the job for the worker; null when it is not to be had (ended, owned, waiting, its video deleted, unknown).</summary>
    public async Task<Attempt?> ClaimAsync(Guid jobId, string worker, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(statements.Claim, connection);
        command.Parameters.AddWithValue("id", jobId);
        command.Parameters.AddWithValue("worker", worker);
        command.Parameters.AddWithValue("lease", _options.Lease);

        // No earlier: the wait for a connection, or for the jobs that others were quicker with, is none of the lease's time.
        var sent = time.GetTimestamp();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new Attempt(ReadClaimed(reader), sent) : null;
    }

    /// <summary>Ends the attempt after an error: another one later if the code allows it and attempts are left, else the job is FAILED.</summary>
    /// <returns>The job's status now; null: the job was lost before.</returns>
    public async Task<JobStatus?> FailAsync(
        ClaimedJob job, JobErrorCode code, string message, TimeSpan delay, CancellationToken cancellation)
    {
        var isFinal = !code.IsRetryable || job.Attempt >= job.MaxAttempts;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // What a unit's end means for the video is its parent's to say (HlsUnits).
        if (isFinal && job.ParentId is null)
        {
            await FailedVideo.MarkAsync(connection, job.VideoId, job.Type, code, message, cancellation);
        }

        await using var command = new NpgsqlCommand(statements.Fail, connection);
        AddAttempt(command, job);
        command.Parameters.AddWithValue("final", isFinal);
        command.Parameters.AddWithValue("status", isFinal ? "FAILED" : "RUNNING");
        command.Parameters.AddWithValue("code", code.Name);
        command.Parameters.AddWithValue("message", message);
        command.Parameters.AddWithValue("delay", delay);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return null;
        }

        await transaction.CommitAsync(cancellation);
        return isFinal ? JobStatus.Failed : JobStatus.Running;
    }

    /// <summary>
    /// Ends the attempt because something that every job needs is away: it does not count, and another one follows after a backoff.
    /// False also when the outage has lasted for longer than <see cref="JobOptions.OutagePatience"/>: then the failure is the job's own.
    /// </summary>
    /// <param name="isNewOutage">The one that the job waited out before, if any, was over.</param>
    public async Task<bool> DeferAsync(
        ClaimedJob job, JobErrorCode code, string message, bool isNewOutage, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.Defer);
        AddAttempt(command, job);
        command.Parameters.AddWithValue("code", code.Name);
        command.Parameters.AddWithValue("message", message);
        command.Parameters.AddWithValue("new", isNewOutage);
        command.Parameters.AddWithValue("patience", _options.OutagePatience);
        command.Parameters.AddWithValue("base", _options.BackoffBase);
        command.Parameters.AddWithValue("max", _options.BackoffMax);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>What the attempt is going to make, for who asks (and for another attempt to see).</summary>
    /// <param name="plan">JSON.</param>
    public async Task<bool> StorePlanAsync(ClaimedJob job, string plan, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.StorePlan);
        AddAttempt(command, job);
        command.Parameters.AddWithValue("plan", plan);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Gives the job back uncharged, for another worker to take at once: this one is shutting down.</summary>
    public async Task<bool> ReleaseAsync(ClaimedJob job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.Release);
        AddAttempt(command, job);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Gives back what was claimed under the name, if anything: the claim's answer was lost.</summary>
    /// <param name="worker">A name that stands for this one claim.</param>
    public async Task ReleaseClaimAsync(string worker, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.ReleaseClaim);
        command.Parameters.AddWithValue("worker", worker);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Ends a live job as CANCELED, its units with it. Whoever runs one of them learns of it by its next beat. A unit alone is not to be had.
    /// </summary>
    /// <returns>What was live; empty: the job had ended before.</returns>
    public async Task<IReadOnlyList<Guid>> CancelAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.CancelFetchedVideo, connection);
        video.Parameters.AddWithValue("id", jobId);
        video.Parameters.AddWithValue("code", JobErrorCode.FetchCanceled.Name);
        video.Parameters.AddWithValue("message", "Its fetch was canceled.");
        await video.ExecuteNonQueryAsync(cancellation);
        await using var command = new NpgsqlCommand(statements.Cancel, connection);
        command.Parameters.AddWithValue("id", jobId);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return [];
        }

        var units = await HlsUnits.CancelAsync(connection, statements, jobId, cancellation);
        await transaction.CommitAsync(cancellation);
        return [jobId, .. units];
    }

    private static ClaimedJob ReadClaimed(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetGuid(1),
        reader.GetGuid(2),
        JobTypeName.Parse(reader.GetString(3)),
        reader.GetInt64(4),
        reader.GetInt32(5),
        reader.GetInt32(6),
        reader.GetString(7),
        reader.IsDBNull(8) ? null : reader.GetString(8),
        reader.GetBoolean(9),
        reader.IsDBNull(10) ? null : reader.GetGuid(10));

    private static void AddAttempt(NpgsqlCommand command, ClaimedJob job)
    {
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
    }

    private async Task<List<Guid>> FindClaimableAsync(JobType type, Guid? named, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.FindClaimable);
        command.Parameters.AddWithValue("type", type.ToName());
        command.Parameters.Add(new NpgsqlParameter("named", NpgsqlDbType.Uuid) { Value = (object?)named ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(reader.GetGuid(0));
        }

        return found;
    }
}
