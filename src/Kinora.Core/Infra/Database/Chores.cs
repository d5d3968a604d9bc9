using Npgsql;

namespace Kinora.Core.Infra.Database;

/// <summary>Gives what is done now and then to one process of all.</summary>
public sealed class Chores(NpgsqlDataSource source)
{
    /// <summary>
    /// True for one caller in each interval, by the database's clock. Whoever dies over a chore leaves it to the next interval.
    /// </summary>
    public async Task<bool> TryTakeAsync(string name, TimeSpan interval, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            INSERT INTO chores AS c (name, last_run_at) VALUES (@name, clock_timestamp())
            ON CONFLICT (name) DO UPDATE SET last_run_at = clock_timestamp() WHERE c.last_run_at <= clock_timestamp() - @interval
            """);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("interval", interval);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }
}
