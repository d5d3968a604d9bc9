using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>Renews many leases with one statement.</summary>
internal sealed class BeatSender(JobStatements statements, TimeSpan lease)
{
    /// <returns>The attempts that still hold their jobs.</returns>
    public HashSet<(Guid JobId, long Fence)> Send(NpgsqlConnection connection, IReadOnlyCollection<Beat> beats)
    {
        using var command = new NpgsqlCommand(statements.Beat, connection);
        command.Parameters.AddWithValue("ids", beats.Select(b => b.JobId).ToArray());
        command.Parameters.AddWithValue("fences", beats.Select(b => b.Fence).ToArray());
        command.Parameters.AddWithValue("progress", beats.Select(b => b.Progress).ToArray());
        command.Parameters.AddWithValue("times", beats.Select(b => b.OutTimeMs).ToArray());
        command.Parameters.AddWithValue("lease", lease);
        var kept = new HashSet<(Guid, long)>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            kept.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        return kept;
    }
}
