using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// Takes jobs from workers whose lease has ended: they are dead or cut off. It counts as a crash; at the limit the job ends FAILED /
/// POISON, before it another worker gets it after a backoff. A database that was away itself, or a host that was asleep, is no fault of the
/// workers: until they have had a lease's time to give their jobs back, nothing is taken from them. What was before its own start a
/// reaper cannot know, so it waits for as long then.
/// </summary>
public sealed class JobReaper(NpgsqlDataSource source, JobStatements statements, IOptions<JobOptions> options, TimeProvider time)
{
    private const string Message = "The worker that ran the job was lost.";
    private readonly JobOptions _options = options.Value;

    /// <summary>Monotonic time at which the database was last found away, or may have been.</summary>
    private long _lastAway = time.GetTimestamp();

    /// <summary>The last round, by both clocks.</summary>
    private (long Timestamp, DateTimeOffset Utc) _lastRound = (time.GetTimestamp(), time.GetUtcNow());

    /// <returns>The jobs that were taken.</returns>
    public async Task<IReadOnlyList<ReapedJob>> ReapAsync(CancellationToken cancellation)
    {
        var reaped = new List<ReapedJob>();
        foreach (var lost in await AskForLostAsync(cancellation))
        {
            await Failpoint.HitAsync(FailpointName.ReapBeforeTake, cancellation);
            if (await TakeAsync(lost, cancellation))
            {
                reaped.Add(lost);
            }
        }

        return reaped;
    }

    /// <summary>An answer that took half a lease, or none, is the database's own outage: no worker could beat meanwhile.</summary>
    private async Task<IReadOnlyList<ReapedJob>> AskForLostAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        if (HasSlept())
        {
            _lastAway = asked;
        }

        List<ReapedJob> lost;
        try
        {
            lost = await FindLostAsync(cancellation);
        }
        catch (Exception e) when (DatabaseOutage.Is(e))
        {
            _lastAway = time.GetTimestamp();
            throw;
        }

        if (time.GetElapsedTime(asked) > _options.Lease / 2)
        {
            _lastAway = time.GetTimestamp();
        }

        return time.GetElapsedTime(_lastAway) < _options.Lease + _options.Grace ? [] : lost;
    }

    /// <summary>The monotonic clock stands still while a host is suspended, the other one does not; a clock that was set looks the same.</summary>
    private bool HasSlept()
    {
        var (timestamp, utc) = _lastRound;
        _lastRound = (time.GetTimestamp(), time.GetUtcNow());
        return _lastRound.Utc - utc - time.GetElapsedTime(timestamp, _lastRound.Timestamp) > _options.Lease / 2;
    }

    private async Task<List<ReapedJob>> FindLostAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.FindLost);
        command.Parameters.AddWithValue("lease", _options.Lease);
        command.Parameters.AddWithValue("grace", _options.Grace);
        command.Parameters.AddWithValue("crashes", _options.MaxCrashes);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lost = new List<ReapedJob>();
        while (await reader.ReadAsync(cancellation))
        {
            var code = reader.GetBoolean(4) ? JobErrorCode.Poison : JobErrorCode.Internal;
            lost.Add(new ReapedJob(
                reader.GetGuid(0),
                reader.GetGuid(1),
                JobTypeName.Parse(reader.GetString(2)),
                reader.GetInt64(3),
                code,
                IsFinal: code == JobErrorCode.Poison || reader.GetBoolean(5),
                reader.IsDBNull(6) ? null : reader.GetGuid(6)));
        }

        return lost;
    }

    private async Task<bool> TakeAsync(ReapedJob job, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // What a unit's end means for the video is its parent's to say (HlsUnits).
        if (job.IsFinal && job.ParentId is null)
        {
            await FailedVideo.MarkAsync(connection, job.VideoId, job.Type, job.Code, Message, cancellation);
        }

        await using var command = new NpgsqlCommand(statements.Reap, connection);
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        command.Parameters.AddWithValue("final", job.IsFinal);
        command.Parameters.AddWithValue("status", job.IsFinal ? "FAILED" : "RUNNING");
        command.Parameters.AddWithValue("code", job.Code.Name);
        command.Parameters.AddWithValue("message", Message);
        command.Parameters.AddWithValue("grace", _options.Grace);
        command.Parameters.AddWithValue("base", _options.BackoffBase);
        command.Parameters.AddWithValue("max", _options.BackoffMax);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }
}

/// <summary>A job that was taken from a lost worker.</summary>
/// <param name="Fence">Of the attempt that is over.</param>
/// <param name="IsFinal">The job has FAILED, with the code; else another attempt follows.</param>
/// <param name="ParentId">The job that it is a unit of.</param>
public sealed record ReapedJob(Guid Id, Guid VideoId, JobType Type, long Fence, JobErrorCode Code, bool IsFinal, Guid? ParentId);
