using System.Runtime.CompilerServices;
using System.Text.Json;
using Kinora.Core.Infra.Database;
using Npgsql;

namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>
/// All objects that rows know, in the ordinal order of their keys. Prefixes are read in pages and manifests a few at a time, each by a
/// statement of its own: no snapshot is held for the hours that an audit may take, and memory is that of a page.
/// </summary>
internal sealed class ExpectedObjects(NpgsqlDataSource source)
{
    private const int PrefixPage = 5000;
    private const int ManifestPage = 20;

    // "derivatives/" sorts before "sources/".
    public IAsyncEnumerable<ExpectedObject> ListAsync(CancellationToken cancellation) =>
        ListDerivativesAsync(cancellation).Concat(ListSourcesAsync(cancellation));

    private async IAsyncEnumerable<ExpectedObject> ListDerivativesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var prefixes = Pages("""
            SELECT prefix FROM (
              SELECT prefix FROM derivatives
              UNION
              SELECT substring(prefix FROM '^derivatives/[^/]+/[^/]+/') FROM hls_pieces) known
            WHERE prefix COLLATE "C" > @last ORDER BY prefix COLLATE "C" LIMIT @count
            """, cancellation);
        await foreach (var page in prefixes.Chunk(ManifestPage).WithCancellation(cancellation))
        {
            foreach (var item in await ReadManifestsAsync(page, cancellation))
            {
                yield return item;
            }
        }
    }

    private async IAsyncEnumerable<ExpectedObject> ListSourcesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var keys = Pages("""
            SELECT source_key FROM videos WHERE deleted_at IS NULL AND source_key COLLATE "C" > @last
            ORDER BY source_key COLLATE "C" LIMIT @count
            """, cancellation);
        await foreach (var page in keys.Chunk(PrefixPage / 10).WithCancellation(cancellation))
        {
            foreach (var item in await ReadSourcesAsync(page, cancellation))
            {
                yield return item;
            }
        }
    }

    /// <summary>No index has this order: each page is a scan of a narrow table, so pages are large.</summary>
    private async IAsyncEnumerable<string> Pages(string sql, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = new List<string>();
        var last = "";
        do
        {
            page.Clear();
            await using (var command = AuditCommand.Create(source, sql))
            {
                command.Parameters.AddWithValue("last", last);
                command.Parameters.AddWithValue("count", PrefixPage);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation))
                {
                    page.Add(reader.GetString(0));
                }
            }

            foreach (var item in page)
            {
                last = item;
                yield return item;
            }
        }
        while (page.Count == PrefixPage);
    }

    /// <summary>
    /// A job's objects are listed by its derivative or, until there is one, by its pieces, which are read here as if they were a manifest.
    /// So no prefix of these is the beginning of another one: the order of (prefix, path) is the order of keys.
    /// </summary>
    private async Task<List<ExpectedObject>> ReadManifestsAsync(string[] prefixes, CancellationToken cancellation)
    {
        await using var command = AuditCommand.Create(source, """
            SELECT prefix COLLATE "C" AS prefix, id, video_id, type, replaced_at IS NOT NULL, manifest::text, NULL::uuid
            FROM derivatives WHERE prefix = ANY(@prefixes)
            UNION ALL
            SELECT p.root, p.job_id, j.video_id, j.type, false, jsonb_build_object('files', jsonb_agg(
                p.file || jsonb_build_object('path', substr(p.prefix, length(p.root) + 1) || (p.file ->> 'name'))))::text, p.job_id
            FROM (SELECT *, substring(prefix FROM '^derivatives/[^/]+/[^/]+/') AS root FROM hls_pieces WHERE job_id = ANY(@jobs)) p
              JOIN jobs j ON j.id = p.job_id
            GROUP BY p.root, p.job_id, j.video_id, j.type
            ORDER BY prefix
            """);
        command.Parameters.AddWithValue("prefixes", prefixes);
        command.Parameters.AddWithValue("jobs", prefixes.Select(ObjectKey.JobOf).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<ExpectedObject>();
        while (await reader.ReadAsync(cancellation))
        {
            var prefix = reader.GetString(0);
            Guid? pieceOf = reader.IsDBNull(6) ? null : reader.GetGuid(6);
            var derivative = pieceOf is null ? new ExpectedDerivative(reader.GetGuid(1), reader.GetString(3), reader.GetBoolean(4)) : null;
            var manifest = JsonSerializer.Deserialize(reader.GetString(5), StoredJson.Default.Manifest)!;
            var videoId = reader.GetGuid(2);
            items.AddRange(manifest.Files
                .OrderBy(f => f.KeyUnder(prefix), StringComparer.Ordinal)
                .Select(f => new ExpectedObject(f.KeyUnder(prefix), f.SizeBytes, f.Sha256, videoId, derivative, pieceOf)));
        }

        return items;
    }

    private async Task<List<ExpectedObject>> ReadSourcesAsync(string[] keys, CancellationToken cancellation)
    {
        // By the id, which is in the key and has an index.
        await using var command = AuditCommand.Create(source, """
            SELECT source_key, size_bytes, sha256, id FROM videos
            WHERE id = ANY(@ids) AND source_key = ANY(@keys) AND deleted_at IS NULL ORDER BY source_key COLLATE "C"
            """);
        command.Parameters.AddWithValue("ids", keys.Select(ObjectKey.VideoOf).ToArray());
        command.Parameters.AddWithValue("keys", keys);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<ExpectedObject>();
        while (await reader.ReadAsync(cancellation))
        {
            items.Add(new ExpectedObject(
                reader.GetString(0), reader.GetInt64(1), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(2)), reader.GetGuid(3), null));
        }

        return items;
    }
}
