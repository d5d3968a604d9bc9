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

    /// <summary>
    /// After the beats, and apart from them: the parents of the units among them move along. What goes wrong here loses no lease.
    /// </summary>
    public void MoveParents(NpgsqlConnection connection, IReadOnlyCollection<Beat> beats)
    {
        var parents = beats.Select(b => b.ParentId).OfType<Guid>().Distinct().ToArray();
        if (parents.Length == 0)
        {
            return;
        }

        using var command = new NpgsqlCommand(statements.MoveParents, connection);
        command.Parameters.AddWithValue("parents", parents);
        command.ExecuteNonQuery();
    }
}
