using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Redis;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kinora.Core.Videos;

/// <summary>The videos of one owner: list, read, rename, delete.</summary>
public sealed class VideoService(
    KinoraDb db, NpgsqlDataSource source, VideoAccess access, PageCursor cursors, CancelChannel cancels, KinoraMetrics metrics)
{
    /// <summary>
    /// Zombies of a deleted video's jobs may still write for a moment: their prefixes are swept after this. What is published is swept at
    /// once.
    /// </summary>
    private static readonly TimeSpan WritingGrace = TimeSpan.FromMinutes(10);

    /// <summary>To be named in each call: EF has none by default, where PostgreSQL has this one.</summary>
    private const string LikeEscape = @"\";

    /// <summary>The newest first.</summary>
    /// <param name="cursor">Of the page before; null: the first page.</param>
    /// <param name="query">Part of the title or the file's name, in any case.</param>
    public async Task<VideoPage> ListAsync(
        Guid userId, int limit, string? cursor, VideoStatus? status, string? query, CancellationToken cancellation)
    {
        var videos = db.Videos.AsNoTracking().Where(v => v.OwnerId == userId && v.DeletedAt == null);
        if (status is not null)
        {
            videos = videos.Where(v => v.Status == status);
        }

        if (cursor is not null)
        {
            var last = cursors.Read(cursor, userId);
            videos = videos.Where(v => v.Id < last);
        }

        if (!string.IsNullOrWhiteSpace(query))
        {
            var pattern = $"%{query.Trim().Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%";
            videos = videos.Where(v => EF.Functions.ILike(v.Title, pattern, LikeEscape) || EF.Functions.ILike(v.OriginalFilename, pattern, LikeEscape));
        }

        var items = await videos.OrderByDescending(v => v.Id).Take(limit + 1).ToListAsync(cancellation);
        return items.Count <= limit
            ? new VideoPage(items, null)
            : new VideoPage(items[..limit], cursors.Write(items[limit - 1].Id, userId));
    }

    public Task<Video> GetAsync(Guid userId, Guid videoId, CancellationToken cancellation) =>
        access.GetAsync(userId, videoId, cancellation);

    public async Task<Video> RenameAsync(Guid userId, Guid videoId, string title, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        await using var command = source.CreateCommand(
            "UPDATE videos SET title = @title, updated_at = clock_timestamp() WHERE id = @video AND deleted_at IS NULL");
        command.Parameters.AddWithValue("title", title);
        command.Parameters.AddWithValue("video", videoId);
        await command.ExecuteNonQueryAsync(cancellation);
        return await access.GetAsync(userId, videoId, cancellation);
    }

    /// <summary>
    /// Gone from the API with the commit: its live jobs are CANCELED, its derivatives served no more, and the collector is told to remove
    /// its bytes.
    /// </summary>
    public async Task DeleteAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand("""
            UPDATE videos SET deleted_at = clock_timestamp(), title = '', original_filename = ''
            WHERE id = @video AND deleted_at IS NULL
            """, connection);
        video.Parameters.AddWithValue("video", videoId);
        if (await video.ExecuteNonQueryAsync(cancellation) == 0)
        {
            throw Refusal.NotFound();
        }

        var canceled = await CancelJobsAsync(connection, videoId, cancellation);
        await using var objects = new NpgsqlCommand("""
            DELETE FROM derivatives WHERE video_id = @video;
            UPDATE storage_intents
            SET state = 'DOOMED', expires_at = clock_timestamp() + CASE WHEN state = 'WRITING' THEN @grace ELSE interval '0' END
            WHERE video_id = @video;
            """, connection);
        objects.Parameters.AddWithValue("video", videoId);
        objects.Parameters.AddWithValue("grace", WritingGrace);
        await objects.ExecuteNonQueryAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.DeleteBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.DeleteAfterCommit, cancellation);
        foreach (var (jobId, type, duration) in canceled)
        {
            metrics.JobFinished(type, JobStatus.Canceled, null, duration);
            await cancels.PublishAsync(jobId, cancellation);
        }
    }

    private static async Task<List<(Guid JobId, JobType Type, TimeSpan Duration)>> CancelJobsAsync(NpgsqlConnection connection, Guid videoId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            WITH live AS (
              SELECT id FROM jobs WHERE video_id = @video AND status IN ('QUEUED', 'RUNNING') ORDER BY id FOR UPDATE)
            UPDATE jobs SET status = 'CANCELED', finished_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
            FROM live WHERE jobs.id = live.id AND jobs.status IN ('QUEUED', 'RUNNING')
            RETURNING jobs.id, type, COALESCE(finished_at - started_at, interval '0')
            """, connection);
        command.Parameters.AddWithValue("video", videoId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var canceled = new List<(Guid, JobType, TimeSpan)>();
        while (await reader.ReadAsync(cancellation))
        {
            canceled.Add((reader.GetGuid(0), JobTypeName.Parse(reader.GetString(1)), reader.GetTimeSpan(2)));
        }

        return canceled;
    }
}
