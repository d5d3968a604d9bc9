using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kinora.Core.Events;

/// <summary>
/// Reads the log, and keeps it: numbers what has been committed, removes what is old. What it reads is numbered, and so comes in an order in
/// which nothing is ever put in between.
/// </summary>
public sealed class EventLog(IDbContextFactory<KinoraDb> databases, NpgsqlDataSource source)
{
    private const int NumberBatch = 1000;
    private const int RemoveBatch = 1000;

    /// <summary>The events of a video behind a number, in order.</summary>
    public async Task<IReadOnlyList<Event>> OfVideoAsync(Guid videoId, long after, int limit, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Events.AsNoTracking().Where(e => e.VideoId == videoId && e.Sequence > after)
            .OrderBy(e => e.Sequence).Take(limit).ToListAsync(cancellation);
    }

    /// <summary>The events of all videos of a user behind a position, in order.</summary>
    public async Task<IReadOnlyList<Event>> OfOwnerAsync(Guid ownerId, long after, int limit, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Events.AsNoTracking().Where(e => e.OwnerId == ownerId && e.Position > after)
            .OrderBy(e => e.Position).Take(limit).ToListAsync(cancellation);
    }

    /// <summary>Where the log of all stands: what comes later is behind it.</summary>
    public async Task<long> LastPositionAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Events.MaxAsync(e => e.Position, cancellation) ?? 0;
    }

    /// <exception cref="ApiException">NOT_FOUND: no such video, or deleted. FORBIDDEN: it is another user's.</exception>
    public async Task CheckAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await new VideoAccess(db).GetAsync(userId, videoId, cancellation);
    }

    /// <summary>Whose events stand behind a position, and where the log of all stands then.</summary>
    internal async Task<(IReadOnlyList<(Guid OwnerId, Guid VideoId)> Owners, long Position)> SinceAsync(
        long after, int limit, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var events = await db.Events.AsNoTracking().Where(e => e.Position > after).OrderBy(e => e.Position).Take(limit)
            .Select(e => new { e.OwnerId, e.VideoId, e.Position }).ToListAsync(cancellation);
        return ([.. events.Select(e => (e.OwnerId, e.VideoId)).Distinct()], events.Count == 0 ? after : events[^1].Position!.Value);
    }

    /// <summary>Gives numbers to all events that have none.</summary>
    /// <returns>Whether there were any.</returns>
    internal async Task<bool> NumberAsync(CancellationToken cancellation)
    {
        var (any, numbered) = (false, 0);
        do
        {
            await using var command = source.CreateCommand("SELECT events_number(@most) WHERE EXISTS (SELECT 1 FROM events WHERE position IS NULL)");
            command.Parameters.AddWithValue("most", NumberBatch);
            numbered = await command.ExecuteScalarAsync(cancellation) as int? ?? 0;
            any |= numbered > 0;
        }
        while (numbered == NumberBatch);

        return any;
    }

    /// <summary>Removes what is older, but for the last event of each video that is there.</summary>
    internal async Task RemoveAsync(TimeSpan age, CancellationToken cancellation)
    {
        int removed;
        do
        {
            await using var command = source.CreateCommand("""
                DELETE FROM events WHERE id IN (
                  SELECT e.id FROM events e
                  WHERE e.created_at < clock_timestamp() - @age AND e.position IS NOT NULL
                    AND (EXISTS (SELECT 1 FROM events n WHERE n.video_id = e.video_id AND n.sequence > e.sequence)
                      OR EXISTS (SELECT 1 FROM videos v WHERE v.id = e.video_id AND v.deleted_at IS NOT NULL))
                    AND e.position < (SELECT max(position) FROM events)
                  LIMIT @most)
                """);
            command.Parameters.AddWithValue("age", age);
            command.Parameters.AddWithValue("most", RemoveBatch);
            removed = await command.ExecuteNonQueryAsync(cancellation);
        }
        while (removed == RemoveBatch);
    }
}
