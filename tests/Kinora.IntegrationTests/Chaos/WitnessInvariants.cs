using Npgsql;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>What clients were told, against the rows.</summary>
internal static class WitnessInvariants
{
    public static async Task<IReadOnlyList<string>> AlwaysAsync(NpgsqlDataSource database, Witness witness, CancellationToken cancellation)
    {
        // Before the rows are read: what is told meanwhile is newer than they are.
        var told = witness.Jobs.Keys.ToArray();
        var rows = await ReadAsync(database, cancellation);
        foreach (var (jobId, (status, fence, progress)) in rows)
        {
            witness.SawProgress(jobId, fence, progress);
            witness.SawRow(jobId, status);
        }

        return [.. witness.Violations, .. told.Where(id => !rows.ContainsKey(id)).Select(id => $"J5: job {id} was named to a client and does not exist")];
    }

    public static async Task<IReadOnlyList<string>> AtRestAsync(NpgsqlDataSource database, Witness witness, CancellationToken cancellation)
    {
        var rows = await ReadAsync(database, cancellation);
        return
        [
            .. witness.Jobs.Where(job => job.Value is "SUCCEEDED" or "FAILED" or "CANCELED")
                .Where(job => rows.TryGetValue(job.Key, out var row) && row.Status != job.Value)
                .Select(job => $"J3: job {job.Key} was seen {job.Value} and is {rows[job.Key].Status}"),
        ];
    }

    private static async Task<Dictionary<Guid, (string Status, long Fence, int Progress)>> ReadAsync(
        NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT id, status, COALESCE(fence, 0), progress FROM jobs");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new Dictionary<Guid, (string, long, int)>();
        while (await reader.ReadAsync(cancellation))
        {
            rows[reader.GetGuid(0)] = (reader.GetString(1), reader.GetInt64(2), reader.GetInt32(3));
        }

        return rows;
    }
}
