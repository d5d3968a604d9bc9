using System.Text.Json;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Jobs;
using Kinora.Core.Webhooks;
using Npgsql;

namespace Kinora.Core.Operations;

/// <summary>Looks at the whole service: a few statements by indexes, and the lengths of the queues.</summary>
public sealed class SystemService(NpgsqlDataSource source, IJobQueue queue, TimeProvider time)
{
    private const int Hours = 24;
    private const int MostFailures = 50;
    private static readonly TimeSpan QueueLimit = TimeSpan.FromSeconds(2);

    public async Task<SystemReport> ReadAsync(CancellationToken cancellation)
    {
        var messages = CountMessagesAsync(cancellation);
        IReadOnlyList<WorkRow> work;
        IReadOnlyList<WorkerReport> workers;
        IReadOnlyList<HourReport> hours;
        IReadOnlyList<FailureReport> failures;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            work = await ReadWorkAsync(connection, cancellation);
            workers = await ReadWorkersAsync(connection, cancellation);
            hours = await ReadHoursAsync(connection, cancellation);
            failures = await ReadFailuresAsync(connection, cancellation);
        }

        return new SystemReport([.. (await messages).Select(queue => Report(queue.Key, queue.Value, work))], workers, hours, failures);
    }

    private static QueueReport Report(string name, long? messages, IReadOnlyList<WorkRow> work)
    {
        var own = work.Where(row => row.Queue == name).ToList();
        return new QueueReport(name, own.Sum(row => row.Waiting), own.Sum(row => row.Running), own.Max(row => row.OldestWaiting), messages);
    }

    /// <summary>What could be begun now, and what somebody is at; each part by its own partial index.</summary>
    private static Task<IReadOnlyList<WorkRow>> ReadWorkAsync(NpgsqlConnection connection, CancellationToken cancellation) => ReadAsync(
        connection,
        $"""
        SELECT lower(type), count(*), 0, clock_timestamp() - min(run_after) FROM jobs
            WHERE {JobStatements.Waiting} AND run_after <= clock_timestamp() GROUP BY type
        UNION ALL SELECT lower(type), 0, count(*), NULL FROM jobs WHERE lease_owner IS NOT NULL GROUP BY type
        UNION ALL SELECT @webhooks, count(*) FILTER (WHERE free), count(*) FILTER (WHERE NOT free), clock_timestamp() - min(due) FILTER (WHERE free)
            FROM (SELECT next_attempt_at AS due, lease_until IS NULL OR lease_until < clock_timestamp() AS free
                  FROM webhook_deliveries WHERE status = 'PENDING' AND next_attempt_at <= clock_timestamp()) deliveries
        """,
        command => command.Parameters.AddWithValue("webhooks", WebhookDispatcher.Queue),
        static r => new WorkRow(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.IsDBNull(3) ? null : r.GetTimeSpan(3)),
        cancellation);

    /// <summary>Of all queues at once: a Redis that hangs costs its time once.</summary>
    private async Task<IReadOnlyDictionary<string, long?>> CountMessagesAsync(CancellationToken cancellation)
    {
        var counts = await Task.WhenAll(QueueNames.All.Select(name => CountMessagesAsync(name, cancellation)));
        return new OrderedDictionary<string, long?>(QueueNames.All.Zip(counts).Select(pair => KeyValuePair.Create(pair.First, pair.Second)));
    }

    private async Task<long?> CountMessagesAsync(string name, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(QueueLimit);
        try
        {
            var counts = await queue.CountAsync(name, limit.Token).WaitAsync(QueueLimit, time, cancellation);
            return counts.Waiting + counts.Active;
        }
        catch (Exception e) when (e is QueueUnavailableException or TimeoutException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Task<IReadOnlyList<WorkerReport>> ReadWorkersAsync(NpgsqlConnection connection, CancellationToken cancellation) => ReadAsync(
        connection,
        """
        SELECT w.name, w.version, w.sandbox, w.slots::text, w.started_at, w.seen_at, w.seen_at > clock_timestamp() - @silence,
               (SELECT count(*) FROM jobs WHERE lease_owner IS NOT NULL AND starts_with(lease_owner, w.name || ':'))
        FROM workers w ORDER BY w.name
        """,
        command => command.Parameters.AddWithValue("silence", WorkerPresence.Silence),
        r => new WorkerReport(
            new WorkerProcess
            {
                Name = r.GetString(0),
                Version = r.GetString(1),
                Sandbox = r.GetString(2),
                Slots = JsonSerializer.Deserialize<Dictionary<string, int>>(r.GetString(3))!,
                StartedAt = r.GetFieldValue<DateTimeOffset>(4),
                SeenAt = r.GetFieldValue<DateTimeOffset>(5),
            },
            r.GetInt64(7),
            r.GetBoolean(6)),
        cancellation);

    /// <summary>The last 24 hours, this one included; those in which nothing has ended, too.</summary>
    private Task<IReadOnlyList<HourReport>> ReadHoursAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var since = now.AddHours(1 - Hours);
        since = new DateTimeOffset(since.Year, since.Month, since.Day, since.Hour, 0, 0, TimeSpan.Zero);
        return ReadAsync(
            connection,
            """
            WITH hours AS (SELECT generate_series(@since::timestamptz, @since::timestamptz + make_interval(hours => @hours - 1), '1 hour') AS start),
                ended AS (
                    SELECT date_trunc('hour', j.finished_at, 'UTC') AS start, count(*) FILTER (WHERE j.status = 'SUCCEEDED') AS succeeded,
                           count(*) FILTER (WHERE j.status = 'FAILED') AS failed, count(*) FILTER (WHERE j.status = 'CANCELED') AS canceled,
                           sum(coalesce(v.media_info ->> 'durationUs', v.media_info -> 'video' ->> 'durationUs')::bigint / 1000)
                               FILTER (WHERE j.status = 'SUCCEEDED' AND j.type = 'HLS') AS encoded
                    FROM jobs j JOIN videos v ON v.id = j.video_id
                    WHERE j.finished_at >= @since AND j.parent_id IS NULL GROUP BY 1),
                come AS (
                    SELECT date_trunc('hour', created_at, 'UTC') AS start, count(*) AS uploads, sum(size_bytes) AS bytes
                    FROM videos WHERE id >= @first AND created_at >= @since AND deleted_at IS NULL GROUP BY 1)
            SELECT start, coalesce(succeeded, 0), coalesce(failed, 0), coalesce(canceled, 0), coalesce(encoded, 0)::bigint, coalesce(uploads, 0),
                   coalesce(bytes, 0)::bigint
            FROM hours LEFT JOIN ended USING (start) LEFT JOIN come USING (start) ORDER BY start
            """,
            command =>
            {
                command.Parameters.AddWithValue("since", since);
                command.Parameters.AddWithValue("hours", Hours);

                // Ids sort by time: the videos of a day are found by their primary key. A minute for clocks that differ.
                command.Parameters.AddWithValue("first", Guid.CreateVersion7(since.AddMinutes(-1)));
            },
            r => new HourReport(
                r.GetFieldValue<DateTimeOffset>(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), TimeSpan.FromMilliseconds(r.GetInt64(4)), r.GetInt64(5),
                r.GetInt64(6)),
            cancellation);
    }

    private static Task<IReadOnlyList<FailureReport>> ReadFailuresAsync(NpgsqlConnection connection, CancellationToken cancellation) => ReadAsync(
        connection,
        """
        SELECT id, video_id, type, error_code, error_message, attempts, finished_at FROM jobs
        WHERE status = 'FAILED' AND parent_id IS NULL ORDER BY finished_at DESC LIMIT @most
        """,
        command => command.Parameters.AddWithValue("most", MostFailures),
        r => new FailureReport(
            r.GetGuid(0), r.GetGuid(1), JobTypeName.Parse(r.GetString(2)), r.GetString(3), r.IsDBNull(4) ? null : r.GetString(4), r.GetInt32(5),
            r.GetFieldValue<DateTimeOffset>(6)),
        cancellation);

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlCommand> bind, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>A part of what waits or runs in a queue.</summary>
    private sealed record WorkRow(string Queue, long Waiting, long Running, TimeSpan? OldestWaiting);
}
