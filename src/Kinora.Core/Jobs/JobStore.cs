using Kinora.Core.Errors;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// The job protocol's statements on the jobs table. Only the database's clock counts (clock_timestamp(): now() stands still in a
/// transaction). Every write by a worker is a compare-and-set on (id, RUNNING, fence); false means that this attempt has lost the job and
/// must leave without a trace. Lock order everywhere: video, job, derivative, storage intent; jobs among themselves by id.
/// </summary>
public sealed class JobStore(NpgsqlDataSource source, IOptions<JobOptions> options)
{
    /// <summary>No worker has it, its time has come. A job between two attempts stays RUNNING without an owner.</summary>
    private const string Claimable =
        "j.status IN ('QUEUED', 'RUNNING') AND j.lease_owner IS NULL AND j.run_after <= clock_timestamp()";

    /// <summary>Takes the job for the worker; null when it is not to be had (ended, owned, waiting, its video deleted, unknown).</summary>
    public async Task<ClaimedJob?> ClaimAsync(Guid jobId, string worker, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            UPDATE jobs j
            SET status = 'RUNNING', fence = nextval('job_fence_seq'), attempts = attempts + 1, lease_owner = @worker,
                lease_until = clock_timestamp() + @lease, heartbeat_at = clock_timestamp(),
                started_at = COALESCE(started_at, clock_timestamp()), progress = 0, out_time_ms = NULL
            FROM videos v
            WHERE j.id = @id AND {Claimable} AND v.id = j.video_id AND v.deleted_at IS NULL
            RETURNING j.id, j.video_id, v.owner_id, j.type, j.fence, j.attempts, j.max_attempts, j.params::text, j.request_id
            """);
        command.Parameters.AddWithValue("id", jobId);
        command.Parameters.AddWithValue("worker", worker);
        command.Parameters.AddWithValue("lease", options.Value.Lease);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new ClaimedJob(
                reader.GetGuid(0),
                reader.GetGuid(1),
                reader.GetGuid(2),
                JobTypeName.Parse(reader.GetString(3)),
                reader.GetInt64(4),
                reader.GetInt32(5),
                reader.GetInt32(6),
                reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetString(8))
            : null;
    }

    /// <summary>A job of the type that could be claimed now, the longest waiting first: what workers go by while the queue is away.</summary>
    public async Task<Guid?> FindClaimableAsync(JobType type, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"SELECT j.id FROM jobs j WHERE j.type = @type AND {Claimable} ORDER BY j.run_after, j.id LIMIT 1");
        command.Parameters.AddWithValue("type", type.ToName());
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Ends the attempt after an error: another one later if the code allows it and attempts are left, else the job is FAILED.</summary>
    /// <returns>The job's status now; null: the job was lost before.</returns>
    public async Task<JobStatus?> FailAsync(
        ClaimedJob job, JobErrorCode code, string message, TimeSpan delay, CancellationToken cancellation)
    {
        var isFinal = !code.IsRetryable || job.Attempt >= job.MaxAttempts;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (isFinal)
        {
            await FailedVideo.MarkAsync(connection, job.VideoId, job.Type, code, message, cancellation);
        }

        await using var command = new NpgsqlCommand($"""
            UPDATE jobs
            SET status = @status, finished_at = CASE WHEN @final THEN clock_timestamp() END, error_code = @code, error_message = @message,
                run_after = clock_timestamp() + @delay, lease_owner = NULL, lease_until = NULL, dispatched_at = NULL
            WHERE id = @id AND status = 'RUNNING' AND fence = @fence AND lease_owner IS NOT NULL
            """, connection);
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
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

    /// <summary>Gives the job back uncharged, for another worker to take at once: this one is shutting down.</summary>
    public async Task<bool> ReleaseAsync(ClaimedJob job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            UPDATE jobs
            SET attempts = attempts - 1, run_after = clock_timestamp(), lease_owner = NULL, lease_until = NULL, dispatched_at = NULL
            WHERE id = @id AND status = 'RUNNING' AND fence = @fence AND lease_owner IS NOT NULL
            """);
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Ends a live job as CANCELED; false when it had ended before. Whoever runs it learns of it by its next beat.</summary>
    public async Task<bool> CancelAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            UPDATE jobs SET status = 'CANCELED', finished_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
            WHERE id = @id AND status IN ('QUEUED', 'RUNNING')
            """);
        command.Parameters.AddWithValue("id", jobId);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Marks claimable jobs as handed to the queue and returns them; those that other processes look at are skipped.</summary>
    /// <param name="jobId">Null: whatever is due.</param>
    public async Task<IReadOnlyList<DispatchedJob>> TakeForDispatchAsync(Guid? jobId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            WITH due AS (
              SELECT j.id FROM jobs j
              WHERE {Claimable} AND (@id::uuid IS NULL OR j.id = @id)
                AND (j.dispatched_at IS NULL OR j.dispatched_at < clock_timestamp() - @again)
              ORDER BY j.run_after, j.id LIMIT 100 FOR UPDATE SKIP LOCKED)
            UPDATE jobs SET dispatched_at = clock_timestamp(), dispatch_count = dispatch_count + 1
            FROM due WHERE jobs.id = due.id
            RETURNING jobs.id, jobs.type, jobs.dispatch_count, jobs.request_id
            """);
        command.Parameters.Add(new NpgsqlParameter("id", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)jobId ?? DBNull.Value });
        command.Parameters.AddWithValue("again", options.Value.RedispatchAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var jobs = new List<DispatchedJob>();
        while (await reader.ReadAsync(cancellation))
        {
            jobs.Add(new DispatchedJob(
                reader.GetGuid(0),
                JobTypeName.Parse(reader.GetString(1)),
                reader.GetInt32(2),
                reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return jobs;
    }

    /// <summary>The queue did not take the job: it is due again.</summary>
    public async Task UndoDispatchAsync(DispatchedJob job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "UPDATE jobs SET dispatched_at = NULL WHERE id = @id AND dispatch_count = @count AND lease_owner IS NULL");
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("count", job.DispatchCount);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
