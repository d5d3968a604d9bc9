using System.Text.Json;
using Npgsql;

namespace Kinora.Core.Operations;

/// <summary>Which workers there are, by what they say of themselves.</summary>
public sealed class WorkerPresence(NpgsqlDataSource source)
{
    /// <summary>How often a worker says that it is there.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>A worker that has said nothing for so long is not there.</summary>
    public static readonly TimeSpan Silence = Interval * 3;

    /// <summary>Of a worker that was killed nobody takes back what it has said.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    public async Task SayAsync(WorkerProcess worker, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            WITH gone AS (DELETE FROM workers WHERE seen_at < clock_timestamp() - @remembered AND name <> @name)
            INSERT INTO workers (name, version, sandbox, slots, started_at, seen_at)
            VALUES (@name, @version, @sandbox, @slots::jsonb, @started, clock_timestamp())
            ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, sandbox = EXCLUDED.sandbox, slots = EXCLUDED.slots,
                started_at = EXCLUDED.started_at, seen_at = EXCLUDED.seen_at
            """);
        command.Parameters.AddWithValue("remembered", Remembered);
        command.Parameters.AddWithValue("name", worker.Name);
        command.Parameters.AddWithValue("version", worker.Version);
        command.Parameters.AddWithValue("sandbox", worker.Sandbox);
        command.Parameters.AddWithValue("slots", JsonSerializer.Serialize(worker.Slots));
        command.Parameters.AddWithValue("started", worker.StartedAt);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task TakeBackAsync(string name, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("DELETE FROM workers WHERE name = @name");
        command.Parameters.AddWithValue("name", name);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
