using Kinora.Core.Errors;
using Npgsql;
using NpgsqlTypes;

namespace Kinora.Core.Jobs;

/// <summary>
/// The units of a job: rows of the jobs table with a parent, claimed, beaten for, failed and reaped like any job. What they are to their
/// parent is decided here, after each of them has ended and again by every process's rounds: nothing of it is lost with a worker.
/// </summary>
public sealed class HlsUnits(NpgsqlDataSource source, JobStatements statements)
{
    private const string LeftAlone = "Something went wrong on our side.";

    /// <summary>
    /// Splits the parent, in one transaction under its fence: the units are QUEUED and the parent is nobody's from now on, until they are
    /// done. The last unit waits until all others have succeeded. Hand them to the queue afterwards.
    /// </summary>
    /// <param name="plan">JSON; what the units are to make.</param>
    /// <param name="units">Those of one rank are claimed in this order.</param>
    /// <returns>False: the attempt had lost the job, or the video is deleted.</returns>
    public async Task<bool> ParkAsync(ClaimedJob parent, string plan, IReadOnlyList<NewUnit> units, CancellationToken cancellation)
    {
        if (units.Count(u => u.IsLast) != 1)
        {
            throw new ArgumentException("One unit is the last one.", nameof(units));
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.LockVideo, connection);
        video.Parameters.AddWithValue("video", parent.VideoId);
        await using var park = new NpgsqlCommand(statements.Park, connection);
        park.Parameters.AddWithValue("id", parent.Id);
        park.Parameters.AddWithValue("fence", parent.Fence);
        park.Parameters.AddWithValue("plan", plan);
        if (await video.ExecuteScalarAsync(cancellation) is null || await park.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await using var insert = new NpgsqlCommand(statements.InsertUnits, connection);
        insert.Parameters.AddWithValue("id", parent.Id);
        insert.Parameters.AddWithValue("units", units.Select(u => u.Id).ToArray());
        insert.Parameters.AddWithValue("params", units.Select(u => u.Params).ToArray());
        insert.Parameters.AddWithValue("ranks", units.Select(u => (short)u.Rank).ToArray());
        insert.Parameters.AddWithValue("weights", units.Select(u => u.Weight).ToArray());
        insert.Parameters.AddWithValue("lasts", units.Select(u => u.IsLast).ToArray());
        await insert.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>
    /// Draws the consequences of what has become of units and parents: a unit that FAILED fails its parent, the last unit wakes when the
    /// others are done, what an ended parent leaves is canceled and doomed. Any number of times, by anybody.
    /// </summary>
    /// <param name="parentId">One of whose units has just ended; null: all parents.</param>
    public async Task<Settled> SettleAsync(Guid? parentId, CancellationToken cancellation)
    {
        var settled = new Settled();
        foreach (var parent in await FindUnsettledAsync(parentId, cancellation))
        {
            try
            {
                await SettleAsync(parent, settled, cancellation);
            }
            catch (PostgresException e)
            {
                settled.Fault = e;
            }
        }

        if (parentId is { } moved)
        {
            await using var move = source.CreateCommand(statements.MoveParents);
            move.Parameters.AddWithValue("parents", new[] { moved });
            await move.ExecuteNonQueryAsync(cancellation);
        }

        return settled;
    }

    /// <summary>
    /// Gives the parent back to be planned anew, uncharged and without a way that did not suit its source; its units, this one with them, and
    /// what they have published are gone.
    /// </summary>
    /// <param name="avoid">Added to the stored plan's list, for the next plan.</param>
    /// <returns>False: the attempt had lost the unit, or the parent has ended.</returns>
    public async Task<bool> ReplanAsync(ClaimedJob unit, string avoid, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var locks = new NpgsqlCommand(statements.LockParentToSettle, connection);
        locks.Parameters.AddWithValue("video", unit.VideoId);
        locks.Parameters.AddWithValue("parent", unit.ParentId!.Value);
        await locks.ExecuteNonQueryAsync(cancellation);
        await using var replan = new NpgsqlCommand(statements.Replan, connection);
        replan.Parameters.AddWithValue("parent", unit.ParentId.Value);
        replan.Parameters.AddWithValue("id", unit.Id);
        replan.Parameters.AddWithValue("fence", unit.Fence);
        replan.Parameters.AddWithValue("avoid", avoid);
        if (await replan.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await using var drop = new NpgsqlCommand(statements.DropUnits, connection);
        drop.Parameters.AddWithValue("parent", unit.ParentId.Value);
        await drop.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Whether the unit, which has SUCCEEDED, has ended its parent with it.</summary>
    public async Task<bool> HasEndedParentAsync(ClaimedJob unit, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT p.status = 'SUCCEEDED' AND NOT EXISTS (
              SELECT 1 FROM jobs o WHERE o.parent_id = p.id AND o.status = 'SUCCEEDED' AND o.finished_at > u.finished_at)
            FROM jobs u JOIN jobs p ON p.id = u.parent_id WHERE u.id = @id
            """);
        command.Parameters.AddWithValue("id", unit.Id);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>In the transaction that has ended the parent.</summary>
    internal static async Task<IReadOnlyList<Guid>> CancelAsync(
        NpgsqlConnection connection, JobStatements statements, Guid parentId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.CancelUnits, connection);
        command.Parameters.AddWithValue("parent", parentId);
        return await ReadIdsAsync(command, cancellation);
    }

    private async Task<List<Parent>> FindUnsettledAsync(Guid? parentId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.FindUnsettled);
        command.Parameters.Add(new NpgsqlParameter("parent", NpgsqlDbType.Uuid) { Value = (object?)parentId ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Parent>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new Parent(reader.GetGuid(0), reader.GetGuid(1), JobTypeName.Parse(reader.GetString(2))));
        }

        return found;
    }

    /// <summary>Each statement asks again: between the look and the lock others may have done it.</summary>
    private async Task SettleAsync(Parent parent, Settled settled, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var locks = Command(statements.LockParentToSettle);
        locks.Parameters.AddWithValue("video", parent.VideoId);
        await locks.ExecuteNonQueryAsync(cancellation);
        var failed = await FailAsync(connection, parent, cancellation);
        var canceled = await CancelAsync(connection, statements, parent.Id, cancellation);
        await using var wake = Command(statements.WakeLastUnit);
        var woken = await ReadIdsAsync(wake, cancellation);
        await using var doom = Command(statements.DoomPieces);
        await doom.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        settled.Woken.AddRange(woken);
        if (canceled.Count > 0)
        {
            settled.Canceled.Add(parent.Id);
        }

        if (failed is not null)
        {
            settled.Failed.Add(failed);
        }

        NpgsqlCommand Command(string sql)
        {
            var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddWithValue("parent", parent.Id);
            return command;
        }
    }

    private async Task<FailedParent?> FailAsync(NpgsqlConnection connection, Parent parent, CancellationToken cancellation)
    {
        if (await FindFailureAsync(connection, parent.Id, cancellation) is not var (code, message))
        {
            return null;
        }

        // The parent's row is locked, so what was found stays true; the video's was locked before it.
        await FailedVideo.MarkAsync(connection, parent.VideoId, parent.Type, code, message, cancellation);
        await using var command = new NpgsqlCommand(statements.FailParent, connection);
        command.Parameters.AddWithValue("parent", parent.Id);
        command.Parameters.AddWithValue("code", code.Name);
        command.Parameters.AddWithValue("message", message);
        await command.ExecuteNonQueryAsync(cancellation);
        return new FailedParent(parent.Id, parent.VideoId, parent.Type, code);
    }

    private async Task<(JobErrorCode Code, string Message)?> FindFailureAsync(
        NpgsqlConnection connection, Guid parentId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.FindUnitFailure, connection);
        command.Parameters.AddWithValue("parent", parentId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        var code = reader.IsDBNull(0) ? null : reader.GetString(0);
        return (JobErrorCode.All.FirstOrDefault(c => c.Name == code) ?? JobErrorCode.Internal, reader.IsDBNull(1) ? LeftAlone : reader.GetString(1));
    }

    private static async Task<List<Guid>> ReadIdsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    private sealed record Parent(Guid Id, Guid VideoId, JobType Type);
}
