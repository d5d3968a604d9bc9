using Npgsql;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>An object that a row says is there: a live video's source, a file of a current manifest, or a piece of what is being made.</summary>
/// <param name="Path">Where it is stored under the prefix.</param>
internal sealed record PromisedObject(Guid VideoId, string Prefix, string Name, string Path, long SizeBytes, string Sha256)
{
    public string Key => Prefix + Path;

    /// <summary>Of a derivative's file, below its video's.</summary>
    public string ServedPath => Name switch
    {
        "thumbnail.jpg" => "thumbnail",
        _ when Name.StartsWith("storyboard", StringComparison.Ordinal) => Name,
        _ => $"hls/{Name}",
    };

    public static async Task<HashSet<PromisedObject>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            SELECT d.video_id, d.prefix, f->>'name', COALESCE(f->>'path', f->>'name'), (f->>'sizeBytes')::bigint, f->>'sha256'
            FROM derivatives d, jsonb_array_elements(d.manifest->'files') f WHERE d.replaced_at IS NULL
            UNION ALL
            SELECT j.video_id, p.prefix, p.file->>'name', p.file->>'name', (p.file->>'sizeBytes')::bigint, p.file->>'sha256'
            FROM hls_pieces p JOIN jobs j ON j.id = p.job_id
            UNION ALL
            SELECT id, left(source_key, -length('source')), 'source', 'source', size_bytes, encode(sha256, 'hex') FROM videos
            WHERE deleted_at IS NULL AND source_key IS NOT NULL
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var promised = new HashSet<PromisedObject>();
        while (await reader.ReadAsync(cancellation))
        {
            promised.Add(new PromisedObject(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4), reader.GetString(5)));
        }

        return promised;
    }

    /// <summary>Served for a while longer.</summary>
    public static async Task<HashSet<string>> ReadReplacedPrefixesAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT prefix FROM derivatives WHERE replaced_at IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var prefixes = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
        {
            prefixes.Add(reader.GetString(0));
        }

        return prefixes;
    }
}
