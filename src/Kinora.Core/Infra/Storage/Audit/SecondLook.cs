using Npgsql;

namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>
/// Asks again before anything is called a finding: listing and rows were read at different times, and the system goes on. The order of the
/// questions is what makes the answers certain, since a row comes after its bytes and goes before them.
/// </summary>
internal sealed class SecondLook(NpgsqlDataSource source, IObjectStore objects)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>
    /// First the rows, then the object: no key is ever used twice, so what no row and no intent covers now will never be covered.
    /// </summary>
    public async Task<bool> IsUnknownAsync(string key, CancellationToken cancellation) =>
        !await IsKnownAsync(key, cancellation) && await objects.HeadAsync(key, cancellation) is not null;

    /// <summary>First the object, then its row: where the row is still there after, the bytes must have been.</summary>
    /// <returns>What is wrong with it; null: nothing, or it is no longer expected.</returns>
    public async Task<FindingKind?> JudgeAsync(ExpectedObject expected, bool checksum, CancellationToken cancellation)
    {
        var wrong = await LookAsync(expected, checksum, cancellation);
        return wrong is not null && await IsExpectedAsync(expected, cancellation) ? wrong : null;
    }

    /// <summary>Twice, since a bit may turn over on its way from the store, and a connection may break.</summary>
    /// <returns>What is wrong with its bytes; null: nothing.</returns>
    /// <exception cref="StorageException">It is the store that cannot be read, not this object.</exception>
    public async Task<FindingKind?> ReadAsync(string key, string sha256, CancellationToken cancellation)
    {
        try
        {
            if (await HashAsync(key, sha256, cancellation) == sha256)
            {
                return null;
            }
        }
        catch (StorageException)
        {
            // Once more.
        }

        try
        {
            return await HashAsync(key, sha256, cancellation) == sha256 ? null : FindingKind.WrongChecksum;
        }
        catch (StorageException)
        {
            await objects.PingAsync(cancellation);
            return FindingKind.UnreadableObject;
        }
    }

    private async Task<FindingKind?> LookAsync(ExpectedObject expected, bool checksum, CancellationToken cancellation)
    {
        var info = await objects.HeadAsync(expected.Key, cancellation);
        return info is null ? FindingKind.MissingObject
            : info.Length != expected.SizeBytes ? FindingKind.WrongSize
            : checksum ? await ReadAsync(expected.Key, expected.Sha256, cancellation)
            : null;
    }

    private async Task<string?> HashAsync(string key, string like, CancellationToken cancellation)
    {
        await using var content = await objects.OpenReadAsync(key, 0, null, cancellation);
        if (content is null)
        {
            return null;
        }

        using var hash = SourceHash.Like(Convert.FromHexString(like));
        var buffer = new byte[BufferSize];
        while (await content.Stream.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            hash.Append(buffer.AsSpan(0, count));
        }

        return Convert.ToHexStringLower(hash.Finish());
    }

    private async Task<bool> IsKnownAsync(string key, CancellationToken cancellation)
    {
        if (ObjectKey.PrefixOf(key) is not { } prefix)
        {
            return false;
        }

        // One statement, so one moment.
        await using var command = AuditCommand.Create(source, """
            SELECT EXISTS (SELECT 1 FROM storage_intents WHERE prefix = @prefix AND state IN ('WRITING', 'DOOMED'))
              OR EXISTS (SELECT 1 FROM videos WHERE id = @video AND source_key = @key AND deleted_at IS NULL)
              OR EXISTS (
                SELECT 1 FROM derivatives d, jsonb_array_elements(d.manifest -> 'files') f
                WHERE d.prefix = ANY (@prefixes) AND d.prefix || COALESCE(f ->> 'path', f ->> 'name') = @key)
              OR EXISTS (SELECT 1 FROM hls_pieces p WHERE p.prefix = @prefix AND p.prefix || (p.file ->> 'name') = @key)
            """);
        command.Parameters.AddWithValue("prefix", prefix);
        command.Parameters.AddWithValue("prefixes", ObjectKey.DerivativePrefixesOf(prefix));
        command.Parameters.AddWithValue("key", key);
        command.Parameters.AddWithValue("video", ObjectKey.VideoOf(key));
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<bool> IsExpectedAsync(ExpectedObject expected, CancellationToken cancellation)
    {
        await using var command = AuditCommand.Create(source, expected switch
        {
            { PieceOf: not null } => "SELECT EXISTS (SELECT 1 FROM hls_pieces WHERE job_id = @id AND prefix || (file ->> 'name') = @key)",
            { Derivative: null } => "SELECT EXISTS (SELECT 1 FROM videos WHERE id = @id AND source_key = @key AND deleted_at IS NULL)",
            _ => "SELECT EXISTS (SELECT 1 FROM derivatives WHERE id = @id AND replaced_at IS NULL)",
        });
        command.Parameters.AddWithValue("id", expected.PieceOf ?? expected.Derivative?.Id ?? expected.VideoId);
        if (expected.Derivative is null)
        {
            command.Parameters.AddWithValue("key", expected.Key);
        }

        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
