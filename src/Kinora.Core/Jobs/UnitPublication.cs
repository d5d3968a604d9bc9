using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Playback;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>The steps of <see cref="CompleteJob"/>'s transactions that only units have. A false answer: all is to be rolled back.</summary>
internal static class UnitPublication
{
    /// <summary>The parent lives and the unit is this attempt's, both until the transaction ends; or the unit ends with it.</summary>
    public static async Task<bool> HoldAsync(
        NpgsqlConnection connection, JobStatements statements, ClaimedJob unit, bool isLast, CancellationToken cancellation)
    {
        await using var parent = new NpgsqlCommand(statements.HoldParent, connection);
        parent.Parameters.AddWithValue("parent", unit.ParentId!.Value);
        if (await parent.ExecuteScalarAsync(cancellation) is null)
        {
            return false;
        }

        await using var mine = new NpgsqlCommand(isLast ? statements.Succeed : statements.HoldUnit, connection);
        AddUnit(mine, unit);
        return isLast ? await mine.ExecuteNonQueryAsync(cancellation) == 1 : await mine.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <summary>
    /// The pieces, and the intent of their prefix. Where all of them were there before, what lies under the prefix is nobody's; where this
    /// very publication was made before, and its answer lost, nothing changes.
    /// </summary>
    public static async Task<bool> InsertAsync(
        NpgsqlConnection connection,
        JobStatements statements,
        ClaimedJob unit,
        IReadOnlyList<HlsPiece> pieces,
        string prefix,
        CancellationToken cancellation)
    {
        await using var insert = new NpgsqlCommand(statements.InsertPieces, connection);
        AddUnit(insert, unit);
        insert.Parameters.AddWithValue("parent", unit.ParentId!.Value);
        insert.Parameters.AddWithValue("prefix", prefix);
        insert.Parameters.AddWithValue("tracks", pieces.Select(p => p.Track).ToArray());
        insert.Parameters.AddWithValue("numbers", pieces.Select(p => p.Number).ToArray());
        insert.Parameters.AddWithValue("files", pieces.Select(p => JsonSerializer.Serialize(p.File, StoredJson.Default.ManifestFile)).ToArray());
        insert.Parameters.AddWithValue("facts", pieces.Select(p => p.Facts).ToArray());
        var isNew = await insert.ExecuteNonQueryAsync(cancellation) > 0;

        await using var intent = new NpgsqlCommand(isNew ? statements.PublishIntent : statements.DoomIntent, connection);
        AddUnit(intent, unit);
        intent.Parameters.AddWithValue("prefix", prefix);
        return await intent.ExecuteNonQueryAsync(cancellation) == 1 || !isNew;
    }

    public static async Task<bool> SucceedParentAsync(
        NpgsqlConnection connection, JobStatements statements, ClaimedJob lastUnit, Derivative derivative, CancellationToken cancellation)
    {
        await using var parent = new NpgsqlCommand(statements.SucceedParent, connection);
        parent.Parameters.AddWithValue("parent", lastUnit.ParentId!.Value);
        parent.Parameters.AddWithValue("fence", derivative.Fence);
        return await parent.ExecuteNonQueryAsync(cancellation) == 1;
    }

    public static async Task TakeOverAsync(
        NpgsqlConnection connection, JobStatements statements, Derivative derivative, string prefix, CancellationToken cancellation)
    {
        var used = derivative.Manifest.Files.Select(f => ObjectKey.PrefixOf(f.KeyUnder(derivative.Prefix))).OfType<string>();
        await using var pieces = new NpgsqlCommand(statements.TakeOverPieces, connection);
        pieces.Parameters.AddWithValue("parent", derivative.JobId);
        pieces.Parameters.AddWithValue("video", derivative.VideoId);
        pieces.Parameters.AddWithValue("root", derivative.Prefix);
        pieces.Parameters.AddWithValue("used", used.Append(prefix).Distinct().ToArray());
        await pieces.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddUnit(NpgsqlCommand command, ClaimedJob unit)
    {
        command.Parameters.AddWithValue("id", unit.Id);
        command.Parameters.AddWithValue("fence", unit.Fence);
    }
}
