using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// Takes jobs from workers whose lease has ended: they are dead or cut off. It counts as a crash; at the limit the job ends FAILED /
/// POISON, before it another worker gets it after a backoff.
/// </summary>
public sealed class JobReaper(NpgsqlDataSource source, IOptions<JobOptions> options)
{
    private const string Message = "The worker that ran the job was lost.";

    /// <returns>The jobs that were taken, with their status now.</returns>
    public async Task<IReadOnlyList<(Guid JobId, JobStatus Status)>> ReapAsync(CancellationToken cancellation)
    {
        var reaped = new List<(Guid, JobStatus)>();
        foreach (var (jobId, videoId, type, fence, isLast) in await FindLostAsync(cancellation))
        {
            await Failpoint.HitAsync(FailpointName.ReapBeforeTake, cancellation);
            if (await TakeAsync(jobId, videoId, type, fence, isLast, cancellation))
            {
                reaped.Add((jobId, isLast ? JobStatus.Failed : JobStatus.Running));
            }
        }

        return reaped;
    }

    private async Task<List<(Guid JobId, Guid VideoId, JobType Type, long Fence, bool IsLast)>> FindLostAsync(
        CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT id, video_id, type, fence, crashes + 1 >= @crashes OR attempts >= max_attempts
            FROM jobs WHERE status = 'RUNNING' AND lease_until < clock_timestamp() - @grace ORDER BY lease_until LIMIT 100
            """);
        command.Parameters.AddWithValue("grace", options.Value.Grace);
        command.Parameters.AddWithValue("crashes", options.Value.MaxCrashes);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lost = new List<(Guid, Guid, JobType, long, bool)>();
        while (await reader.ReadAsync(cancellation))
        {
            lost.Add((reader.GetGuid(0), reader.GetGuid(1), JobTypeName.Parse(reader.GetString(2)), reader.GetInt64(3), reader.GetBoolean(4)));
        }

        return lost;
    }

    private async Task<bool> TakeAsync(
        Guid jobId, Guid videoId, JobType type, long fence, bool isLast, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (isLast)
        {
            await FailedVideo.MarkAsync(connection, videoId, type, JobErrorCode.Poison, Message, cancellation);
        }

        // The condition stands in the UPDATE itself, with the fence: a beat, a completion or another claim that came first wins.
        // A reaper that looked by id only has overwritten completed jobs elsewhere (river#1302).
        await using var command = new NpgsqlCommand("""
            UPDATE jobs
            SET crashes = crashes + 1, status = @status, finished_at = CASE WHEN @last THEN clock_timestamp() END,
                error_code = @code, error_message = @message,
                run_after = clock_timestamp() + LEAST(@max, @base * power(2, LEAST(crashes, 20))) * (0.5 + random() / 2),
                lease_owner = NULL, lease_until = NULL, dispatched_at = NULL
            WHERE id = @id AND fence = @fence AND status = 'RUNNING' AND lease_until < clock_timestamp() - @grace
            """, connection);
        command.Parameters.AddWithValue("id", jobId);
        command.Parameters.AddWithValue("fence", fence);
        command.Parameters.AddWithValue("last", isLast);
        command.Parameters.AddWithValue("status", isLast ? "FAILED" : "RUNNING");
        command.Parameters.AddWithValue("code", (isLast ? JobErrorCode.Poison : JobErrorCode.Internal).Name);
        command.Parameters.AddWithValue("message", Message);
        command.Parameters.AddWithValue("grace", options.Value.Grace);
        command.Parameters.AddWithValue("base", options.Value.BackoffBase);
        command.Parameters.AddWithValue("max", options.Value.BackoffMax);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }
}
