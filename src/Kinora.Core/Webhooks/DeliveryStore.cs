using System.Text.Json;
using Kinora.Core.Infra.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Webhooks;

/// <summary>
/// The protocol of deliveries, as that of jobs: the database decides who sends what, the queue says "look now". An attempt has a lease, which
/// is longer than any attempt may take, and a fence, without which it writes nothing.
/// </summary>
public sealed class DeliveryStore(NpgsqlDataSource source, IOptions<WebhookOptions> options)
{
    /// <summary>Kept of each delivery.</summary>
    private const int MostLogged = 20;

    private const int RemoveBatch = 1000;

    /// <summary>An attempt that was not ended by then died with its worker.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly WebhookOptions _options = options.Value;

    /// <summary>
    /// The next delivery that is due: of the webhooks that have fewer than their most on the way, that whose last attempt is the longest ago
    /// goes first, so that one with thousands keeps no other one waiting.
    /// </summary>
    public async Task<ClaimedDelivery?> ClaimAsync(CancellationToken cancellation)
    {
        // In turns: two claims at once would both count what was on its way before either. The lock is a statement of its own, so that the next
        // one sees what the claim before has done; both go to the server together, and a client that is frozen holds nobody up.
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock(hashtextextended('kinora:deliveries', 0))"));
        var command = new NpgsqlBatchCommand("""
            WITH turns AS MATERIALIZED (
              SELECT w.id, row_number() OVER (ORDER BY w.last_attempt_at NULLS FIRST) AS turn FROM webhooks w
              WHERE w.status = 'ENABLED'
                AND EXISTS (
                  SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'PENDING' AND d.next_attempt_at <= clock_timestamp()
                    AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp()))
                AND @most > (
                  SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'PENDING' AND d.lease_until >= clock_timestamp())
              ORDER BY turn LIMIT 16
            ), next AS MATERIALIZED (
              SELECT d.id, d.webhook_id FROM turns t JOIN webhook_deliveries d ON d.webhook_id = t.id
              WHERE d.status = 'PENDING' AND d.next_attempt_at <= clock_timestamp() AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
              ORDER BY t.turn, d.next_attempt_at LIMIT 1 FOR UPDATE OF d SKIP LOCKED
            ), claimed AS (
              UPDATE webhook_deliveries d SET lease_until = clock_timestamp() + @lease, fence = d.fence + 1, attempts = d.attempts + 1
              FROM next n WHERE d.id = n.id RETURNING d.*
            ), turned AS (
              UPDATE webhooks w SET last_attempt_at = clock_timestamp() FROM next n WHERE w.id = n.webhook_id
            )
            SELECT c.id, c.fence, c.attempts, c.event_id, c.event_type, c.payload, w.id, w.url, w.secret,
              CASE WHEN w.previous_secret_ends_at > clock_timestamp() THEN w.previous_secret END
            FROM claimed c JOIN webhooks w ON w.id = c.webhook_id
            """);
        command.Parameters.AddWithValue("most", _options.MaxAtOnce);
        command.Parameters.AddWithValue("lease", _options.AnswerTimeout + Grace);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new ClaimedDelivery(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4), reader.GetString(5), reader.GetGuid(6),
                reader.GetString(7), await reader.IsDBNullAsync(9, cancellation)
                    ? [reader.GetFieldValue<byte[]>(8)]
                    : [reader.GetFieldValue<byte[]>(8), reader.GetFieldValue<byte[]>(9)])
            : null;
    }

    public async Task SucceedAsync(ClaimedDelivery delivery, DeliveryAttempt attempt, CancellationToken cancellation)
    {
        await using var command = Ending("""
            WITH ended AS (
              UPDATE webhook_deliveries SET status = 'SUCCEEDED', finished_at = clock_timestamp(), lease_until = NULL, log = LOG
              WHERE id = @id AND fence = @fence AND status = 'PENDING' RETURNING webhook_id
            )
            UPDATE webhooks w SET failing_since = NULL FROM ended e WHERE w.id = e.webhook_id AND w.failing_since IS NOT NULL
            """, delivery, attempt);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Another attempt follows, or the delivery is FAILED; and the webhook is DISABLED where it has failed for too long.</summary>
    /// <param name="wait">At least so long; null: as long as it is its turn.</param>
    /// <returns>Whether the webhook was disabled.</returns>
    public async Task<bool> FailAsync(ClaimedDelivery delivery, DeliveryAttempt attempt, TimeSpan? wait, CancellationToken cancellation)
    {
        await using var command = Ending("""
            WITH ended AS (
              UPDATE webhook_deliveries SET
                status = CASE WHEN @wait IS NULL THEN 'FAILED' ELSE 'PENDING' END,
                finished_at = CASE WHEN @wait IS NULL THEN clock_timestamp() END,
                next_attempt_at = clock_timestamp() + COALESCE(@wait, interval '0'),
                dispatched_at = NULL, lease_until = NULL, log = LOG
              WHERE id = @id AND fence = @fence AND status = 'PENDING' RETURNING webhook_id
            )
            UPDATE webhooks w SET
              failing_since = COALESCE(w.failing_since, clock_timestamp()),
              status = CASE WHEN w.failing_since < clock_timestamp() - @disable THEN 'DISABLED' ELSE w.status END,
              disabled_reason = CASE WHEN w.failing_since < clock_timestamp() - @disable THEN COALESCE(w.disabled_reason, 'FAILING') ELSE w.disabled_reason END
            FROM ended e WHERE w.id = e.webhook_id RETURNING w.status = 'DISABLED'
            """, delivery, attempt);
        command.Parameters.Add(new NpgsqlParameter("wait", NpgsqlTypes.NpgsqlDbType.Interval) { Value = (object?)WaitAfter(delivery.Attempts, wait) ?? DBNull.Value });
        command.Parameters.AddWithValue("disable", _options.DisableAfter);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>The receiver says that it is gone, and that nothing more is to be sent to it.</summary>
    public async Task GoneAsync(ClaimedDelivery delivery, DeliveryAttempt attempt, CancellationToken cancellation)
    {
        await using var command = Ending("""
            WITH ended AS (
              UPDATE webhook_deliveries SET status = 'FAILED', finished_at = clock_timestamp(), lease_until = NULL, log = LOG
              WHERE id = @id AND fence = @fence AND status = 'PENDING' RETURNING webhook_id
            )
            UPDATE webhooks w SET status = 'DISABLED', disabled_reason = 'GONE', failing_since = COALESCE(w.failing_since, clock_timestamp())
            FROM ended e WHERE w.id = e.webhook_id AND w.status = 'ENABLED'
            """, delivery, attempt);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Those that are due and that the queue was not told of, or too long ago; they are told of now.</summary>
    /// <param name="again">After so long the queue is told again.</param>
    public async Task<IReadOnlyList<DueDelivery>> TakeDueAsync(int most, TimeSpan again, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            UPDATE webhook_deliveries d SET dispatched_at = clock_timestamp() FROM (
              SELECT p.id FROM webhook_deliveries p JOIN webhooks w ON w.id = p.webhook_id AND w.status = 'ENABLED'
              WHERE p.status = 'PENDING' AND p.next_attempt_at <= clock_timestamp() AND (p.lease_until IS NULL OR p.lease_until < clock_timestamp())
                AND (p.dispatched_at IS NULL OR p.dispatched_at < clock_timestamp() - @again)
              ORDER BY p.next_attempt_at LIMIT @most FOR UPDATE OF p SKIP LOCKED) n
            WHERE d.id = n.id RETURNING d.id, d.fence, d.dispatched_at
            """);
        command.Parameters.AddWithValue("most", most);
        command.Parameters.AddWithValue("again", again);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<DueDelivery>();
        while (await reader.ReadAsync(cancellation))
        {
            due.Add(new DueDelivery(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return due;
    }

    /// <summary>The queue did not take them.</summary>
    public async Task UndoAsync(IEnumerable<DueDelivery> deliveries, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("UPDATE webhook_deliveries SET dispatched_at = NULL WHERE id = ANY(@ids)");
        command.Parameters.AddWithValue("ids", deliveries.Select(d => d.Id).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Removes what ended long ago.</summary>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        int removed;
        do
        {
            await using var command = source.CreateCommand("""
                DELETE FROM webhook_deliveries WHERE id IN (
                  SELECT id FROM webhook_deliveries WHERE finished_at < clock_timestamp() - @age LIMIT @most)
                """);
            command.Parameters.AddWithValue("age", _options.Retention);
            command.Parameters.AddWithValue("most", RemoveBatch);
            removed = await command.ExecuteNonQueryAsync(cancellation);
        }
        while (removed == RemoveBatch);
    }

    /// <summary>Up to a fifth longer, so that what failed together does not come back together. Null: there was the last attempt.</summary>
    private TimeSpan? WaitAfter(int attempts, TimeSpan? least)
    {
        if (attempts > _options.Waits.Count)
        {
            return null;
        }

        var wait = _options.Waits[attempts - 1];
        wait += wait * (0.2 * Random.Shared.NextDouble());
        return least > wait ? least : wait;
    }

    /// <param name="sql">In it LOG is the log with this attempt at its end.</param>
    private NpgsqlCommand Ending(string sql, ClaimedDelivery delivery, DeliveryAttempt attempt)
    {
        var command = source.CreateCommand(sql.Replace("LOG", $"""
            (CASE WHEN jsonb_array_length(log) >= {MostLogged} THEN log - 0 ELSE log END) || @attempt::jsonb
            """, StringComparison.Ordinal));
        command.Parameters.AddWithValue("id", delivery.Id);
        command.Parameters.AddWithValue("fence", delivery.Fence);
        command.Parameters.AddWithValue("attempt", JsonSerializer.Serialize(attempt, StoredJson.Default.DeliveryAttempt));
        return command;
    }
}

/// <param name="Secrets">The current one, and while it is being rotated the one before.</param>
public sealed record ClaimedDelivery(
    Guid Id, long Fence, int Attempts, Guid EventId, string EventType, string Payload, Guid WebhookId, string Url, IReadOnlyList<byte[]> Secrets);

public sealed record DueDelivery(Guid Id, long Fence, DateTimeOffset DispatchedAt);
