using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Npgsql;

namespace Kinora.Core.Uploads;

/// <summary>A video out of a source that is stored, its ANALYZE job, and the end of its intent. Runs in its caller's transaction.</summary>
internal static class MakeVideo
{
    /// <returns>The job, to be handed to the queue after the commit.</returns>
    /// <exception cref="StorageException">The intent was not renewed in time: the source may be gone.</exception>
    public static async Task<Guid> RunAsync(
        NpgsqlConnection connection, Guid videoId, NewVideo upload, StoredSource stored, int maxAttempts, CancellationToken cancellation)
    {
        var filename = DisplayName.Clean(upload.OriginalFilename);
        await using var video = new NpgsqlCommand("""
            INSERT INTO videos (id, owner_id, title, original_filename, status, size_bytes, content_type, sha256, source_key,
                transcode_after_analysis)
            VALUES (@id, @owner, @title, @filename, 'UPLOADED', @size, @type, @sha256, @key, @transcode)
            """, connection);
        video.Parameters.AddWithValue("id", videoId);
        video.Parameters.AddWithValue("owner", upload.OwnerId);
        video.Parameters.AddWithValue("title", upload.Title ?? DisplayName.ToTitle(filename, Video.MaxTitleLength));
        video.Parameters.AddWithValue("filename", filename);
        video.Parameters.AddWithValue("size", stored.SizeBytes);
        video.Parameters.AddWithValue("type", stored.ContentType);
        video.Parameters.AddWithValue("sha256", stored.Sha256);
        video.Parameters.AddWithValue("key", ObjectKey.Source(videoId));
        video.Parameters.AddWithValue("transcode", upload.Transcode);
        await video.ExecuteNonQueryAsync(cancellation);

        var jobId = await SubmitJob.RunAsync(connection, videoId, JobType.Analyze, "{}", maxAttempts, upload.RequestId, cancellation);
        await UploadIntents.PublishAsync(connection, videoId, cancellation);
        return jobId;
    }
}

/// <param name="Sha256"><see cref="SourceHash"/>.</param>
public sealed record StoredSource(long SizeBytes, string ContentType, byte[] Sha256);
