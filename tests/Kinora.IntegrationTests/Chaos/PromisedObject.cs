using Npgsql;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>An object that a row says is there: a live video's source, or a file of a current manifest.</summary>
internal sealed record PromisedObject(Guid VideoId, string Prefix, string Name, long SizeBytes, string Sha256)
{
    public string Key => Prefix + Name;

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
            SELECT d.video_id, d.prefix, f->>'name', (f->>'sizeBytes')::bigint, f->>'sha256'
            FROM derivatives d, jsonb_array_elements(d.manifest->'files') f WHERE d.replaced_at IS NULL
            UNION ALL
            SELECT id, 'sources/' || id || '/', 'source', size_bytes, encode(sha256, 'hex') FROM videos WHERE deleted_at IS NULL
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var promised = new HashSet<PromisedObject>();
        while (await reader.ReadAsync(cancellation))
        {
            promised.Add(new PromisedObject(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4)));
        }

        return promised;
    }

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
