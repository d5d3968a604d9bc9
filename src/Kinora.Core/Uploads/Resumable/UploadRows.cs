using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Kinora.Core.Uploads.Resumable;

/// <summary>
/// The rows of resumable uploads. Each request that writes has a fence, and what it stores is a compare-and-set on it: the latest request
/// wins, and no offset is stored for one that came before. Lock order: user, upload, video, job, storage intent.
/// </summary>
public sealed class UploadRows(NpgsqlDataSource source, IOptions<UploadOptions> options)
{
    private const string Columns = """
        id, owner_id, status, length_bytes, offset_bytes, part_bytes, fence, put_id, content_type, tail_key, tail_sha256, metadata, title,
        original_filename, transcode, request_id, analyze_job_id, expires_at, created_at
        """;

    /// <summary>After "mine", which locks the upload: both intents live on with it, or nothing does.</summary>
    private const string Kept = """
        kept AS (
          UPDATE storage_intents SET expires_at = clock_timestamp() + @time
          WHERE prefix = ANY (@prefixes) AND state = 'WRITING' AND EXISTS (SELECT 1 FROM mine) RETURNING 1)
        """;

    /// <summary>In its caller's transaction; with the intents of what will be written.</summary>
    /// <returns>When it expires.</returns>
    public async Task<DateTimeOffset> InsertAsync(NpgsqlConnection connection, Upload upload, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            WITH made AS (
              INSERT INTO uploads (id, owner_id, status, length_bytes, part_bytes, metadata, title, original_filename, transcode, request_id, expires_at)
              VALUES (@id, @owner, 'ACTIVE', @length, @part, @metadata, @title, @filename, @transcode, @request, clock_timestamp() + @time)
              RETURNING id, expires_at),
            intents AS (
              INSERT INTO storage_intents (prefix, video_id, state, expires_at)
              SELECT p.prefix, made.id, 'WRITING', made.expires_at FROM made, unnest(@prefixes) AS p(prefix))
            SELECT expires_at FROM made
            """, connection);
        command.Parameters.AddWithValue("id", upload.Id);
        command.Parameters.AddWithValue("owner", upload.OwnerId);
        command.Parameters.AddWithValue("length", upload.LengthBytes);
        command.Parameters.AddWithValue("part", upload.PartBytes);
        command.Parameters.Add(Text("metadata", upload.Metadata));
        command.Parameters.Add(Text("title", upload.Title));
        command.Parameters.Add(Text("filename", upload.OriginalFilename));
        command.Parameters.AddWithValue("transcode", upload.Transcode);
        command.Parameters.Add(Text("request", upload.RequestId));
        command.Parameters.AddWithValue("time", options.Value.ExpiresAfter);
        command.Parameters.AddWithValue("prefixes", PrefixesOf(upload.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }

    /// <summary>In its caller's transaction, which has locked the user: exact then.</summary>
    public static async Task<long> CountUnfinishedAsync(NpgsqlConnection connection, Guid ownerId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM uploads WHERE owner_id = @owner AND status <> 'FINISHED' AND expires_at > clock_timestamp()", connection);
        command.Parameters.AddWithValue("owner", ownerId);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <exception cref="ApiException">NOT_FOUND; FORBIDDEN: another user's; GONE: it has expired.</exception>
    public async Task<Upload> GetAsync(Guid ownerId, Guid uploadId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"SELECT {Columns}, status <> 'FINISHED' AND expires_at < clock_timestamp() FROM uploads WHERE id = @id");
        command.Parameters.AddWithValue("id", uploadId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var upload = await reader.ReadAsync(cancellation) ? Read(reader) : throw Refusal.NotFound();
        if (upload.OwnerId != ownerId)
        {
            throw Refusal.Forbidden();
        }

        return reader.GetBoolean(reader.FieldCount - 1) ? throw Refusal.Gone("The upload has expired.") : upload;
    }

    /// <summary>Makes this request the one that writes: those before it can store nothing more.</summary>
    /// <returns>Null: it is not ACTIVE at this offset, or its time is over.</returns>
    public async Task<Upload?> ClaimAsync(Guid uploadId, long offset, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            WITH mine AS (
              SELECT id AS upload_id FROM uploads
              WHERE id = @id AND status = 'ACTIVE' AND offset_bytes = @offset AND expires_at > clock_timestamp() FOR UPDATE),
            {Kept}
            UPDATE uploads SET fence = nextval('job_fence_seq'), expires_at = clock_timestamp() + @time
            FROM mine WHERE id = upload_id AND (SELECT count(*) FROM kept) = 2
            RETURNING {Columns}
            """);
        command.Parameters.AddWithValue("id", uploadId);
        command.Parameters.AddWithValue("offset", offset);
        command.Parameters.AddWithValue("time", options.Value.ExpiresAfter);
        command.Parameters.AddWithValue("prefixes", PrefixesOf(uploadId));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>Notes what is durable now. COMPLETE at its length.</summary>
    /// <returns>False: a later request writes, or the upload is gone, or its time is over.</returns>
    public async Task<bool> StoreAsync(Upload upload, IReadOnlyList<UploadPart> parts, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            WITH mine AS (
              SELECT id AS upload_id FROM uploads
              WHERE id = @id AND fence = @fence AND status = 'ACTIVE' AND expires_at > clock_timestamp() FOR UPDATE),
            {Kept},
            noted AS (
              UPDATE uploads
              SET offset_bytes = @offset, put_id = @put, content_type = @type, tail_key = @tail, tail_sha256 = @hash,
                  expires_at = clock_timestamp() + @time, status = CASE WHEN length_bytes = @offset THEN 'COMPLETE' ELSE status END
              FROM mine WHERE id = upload_id AND (SELECT count(*) FROM kept) = 2 RETURNING id),
            put AS (
              INSERT INTO upload_parts (upload_id, number, tag, sha256)
              SELECT noted.id, p.number, p.tag, p.sha256 FROM noted, unnest(@numbers, @tags, @hashes) AS p(number, tag, sha256)
              ON CONFLICT (upload_id, number) DO UPDATE SET tag = EXCLUDED.tag, sha256 = EXCLUDED.sha256)
            SELECT count(*) FROM noted
            """);
        command.Parameters.AddWithValue("id", upload.Id);
        command.Parameters.AddWithValue("fence", upload.Fence);
        command.Parameters.AddWithValue("offset", upload.OffsetBytes);
        command.Parameters.Add(Text("put", upload.PutId));
        command.Parameters.Add(Text("type", upload.ContentType));
        command.Parameters.Add(Text("tail", upload.TailKey));
        command.Parameters.Add(new NpgsqlParameter("hash", NpgsqlDbType.Bytea) { Value = (object?)upload.TailSha256 ?? DBNull.Value });
        command.Parameters.AddWithValue("time", options.Value.ExpiresAfter);
        command.Parameters.AddWithValue("prefixes", PrefixesOf(upload.Id));
        command.Parameters.AddWithValue("numbers", parts.Select(p => p.Number).ToArray());
        command.Parameters.AddWithValue("tags", parts.Select(p => p.Tag).ToArray());
        command.Parameters.AddWithValue("hashes", parts.Select(p => p.Sha256).ToArray());
        return await command.ExecuteScalarAsync(cancellation) is 1L;
    }

    public async Task<IReadOnlyList<UploadPart>> GetPartsAsync(Guid uploadId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT number, tag, sha256 FROM upload_parts WHERE upload_id = @id ORDER BY number");
        command.Parameters.AddWithValue("id", uploadId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var parts = new List<UploadPart>();
        while (await reader.ReadAsync(cancellation))
        {
            parts.Add(new UploadPart
            {
                UploadId = uploadId,
                Number = reader.GetInt32(0),
                Tag = reader.GetString(1),
                Sha256 = reader.GetFieldValue<byte[]>(2),
            });
        }

        return parts;
    }

    /// <summary>Takes it back, with all that was stored of it; where its video is made, that stays.</summary>
    /// <param name="fence">Of the request that gives it up; null: whoever writes.</param>
    /// <returns>The one that was there; null: there is none any more.</returns>
    public async Task<Upload?> RemoveAsync(Guid uploadId, long? fence, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            WITH gone AS (DELETE FROM uploads WHERE id = @id AND (@fence IS NULL OR fence = @fence) RETURNING {Columns}),
            doomed AS (
              UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp()
              WHERE prefix = ANY (@prefixes) AND state = 'WRITING' AND EXISTS (SELECT 1 FROM gone))
            SELECT {Columns} FROM gone
            """);
        command.Parameters.AddWithValue("id", uploadId);
        command.Parameters.Add(new NpgsqlParameter("fence", NpgsqlDbType.Bigint) { Value = (object?)fence ?? DBNull.Value });
        command.Parameters.AddWithValue("prefixes", PrefixesOf(uploadId));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>Some of those whose bytes are all there and whose video nobody seems to be making; others the next time, whatever their fate.</summary>
    public async Task<IReadOnlyList<Upload>> FindCompleteAsync(TimeSpan since, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            SELECT {Columns} FROM uploads
            WHERE status = 'COMPLETE' AND expires_at BETWEEN clock_timestamp() AND clock_timestamp() + @time - @since
            ORDER BY random() LIMIT 20
            """);
        command.Parameters.AddWithValue("time", options.Value.ExpiresAfter);
        command.Parameters.AddWithValue("since", since);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Upload>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(Read(reader));
        }

        return found;
    }

    /// <summary>The rows of those that are over since this long; what they have stored is the collector's.</summary>
    public async Task RemoveExpiredAsync(TimeSpan since, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "DELETE FROM uploads WHERE expires_at < clock_timestamp() - @since");
        command.Parameters.AddWithValue("since", since);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>In the transaction that makes the video, before its row.</summary>
    /// <returns>The upload, locked and COMPLETE; or as it is; null: it is gone.</returns>
    internal static async Task<Upload?> LockAsync(NpgsqlConnection connection, Guid uploadId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM uploads WHERE id = @id FOR UPDATE", connection);
        command.Parameters.AddWithValue("id", uploadId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>In the transaction that makes the video, after its row: tails are of no use any more.</summary>
    internal static async Task FinishAsync(NpgsqlConnection connection, Guid uploadId, Guid jobId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            WITH parts AS (DELETE FROM upload_parts WHERE upload_id = @id),
            tails AS (UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp() WHERE prefix = @tails AND state = 'WRITING')
            UPDATE uploads SET status = 'FINISHED', analyze_job_id = @job, tail_key = NULL, tail_sha256 = NULL WHERE id = @id
            """, connection);
        command.Parameters.AddWithValue("id", uploadId);
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("tails", ObjectKey.TailPrefix(uploadId));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string[] PrefixesOf(Guid uploadId) => [ObjectKey.SourcePrefix(uploadId), ObjectKey.TailPrefix(uploadId)];

    private static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };

    private static Upload Read(NpgsqlDataReader reader)
    {
        return new Upload
        {
            Id = reader.GetGuid(0),
            OwnerId = reader.GetGuid(1),
            Status = Enum.Parse<UploadStatus>(reader.GetString(2), ignoreCase: true),
            LengthBytes = reader.GetInt64(3),
            OffsetBytes = reader.GetInt64(4),
            PartBytes = reader.GetInt32(5),
            Fence = reader.GetInt64(6),
            PutId = Get<string>(7),
            ContentType = Get<string>(8),
            TailKey = Get<string>(9),
            TailSha256 = Get<byte[]>(10),
            Metadata = Get<string>(11),
            Title = Get<string>(12),
            OriginalFilename = Get<string>(13),
            Transcode = reader.GetBoolean(14),
            RequestId = Get<string>(15),
            AnalyzeJobId = reader.IsDBNull(16) ? null : reader.GetGuid(16),
            ExpiresAt = reader.GetFieldValue<DateTimeOffset>(17),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(18),
        };

        T? Get<T>(int column)
            where T : class => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
    }
}
