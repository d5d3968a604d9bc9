using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Redis;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kinora.Core.Videos;

/// <summary>The videos of one owner: list, read, rename, delete.</summary>
public sealed class VideoService(
    KinoraDb db, NpgsqlDataSource source, VideoAccess access, PageCursor cursors, DeleteVideo delete, CancelChannel cancels, KinoraMetrics metrics)
{
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
        var canceled = await delete.RunAsync(videoId, cancellation) ?? throw Refusal.NotFound();
        foreach (var job in canceled.Where(job => !job.IsUnit))
        {
            metrics.JobFinishedByOthers(job.Type, JobStatus.Canceled, null);

            // Once for all of its units.
            await cancels.PublishAsync(job.Id, cancellation);
        }
    }
}
