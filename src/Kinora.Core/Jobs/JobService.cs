using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Redis;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>What an owner may see of the jobs of a video, and do to them.</summary>
public sealed class JobService(
    KinoraDb db,
    NpgsqlDataSource source,
    JobStore store,
    JobDispatcher dispatcher,
    CancelChannel cancels,
    KinoraMetrics metrics,
    VideoAccess access,
    IOptions<JobOptions> options)
{
    /// <summary>All jobs of the video, the newest first.</summary>
    public async Task<IReadOnlyList<Job>> ListAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        return await db.Jobs.AsNoTracking().Where(j => j.VideoId == videoId).OrderByDescending(j => j.Id).ToListAsync(cancellation);
    }

    /// <summary>Jobs outlive their video: who waits for one learns that it was CANCELED.</summary>
    public async Task<Job> GetAsync(Guid userId, Guid jobId, CancellationToken cancellation)
    {
        var job = await db.Jobs.AsNoTracking().Include(j => j.Video).FirstOrDefaultAsync(j => j.Id == jobId, cancellation)
            ?? throw Refusal.NotFound();
        return job.Video?.OwnerId == userId ? job : throw Refusal.Forbidden();
    }

    /// <summary>Ends a live job at once; cancelling a CANCELED one again is fine.</summary>
    /// <exception cref="ApiException">CONFLICT: it has SUCCEEDED or FAILED.</exception>
    public async Task<Job> CancelAsync(Guid userId, Guid jobId, CancellationToken cancellation)
    {
        await GetAsync(userId, jobId, cancellation);
        var hasEnded = await store.CancelAsync(jobId, cancellation);
        var job = await GetAsync(userId, jobId, cancellation);
        if (hasEnded)
        {
            metrics.JobFinished(job.Type, job.Status, null, job.FinishedAt - job.StartedAt ?? TimeSpan.Zero);
            await cancels.PublishAsync(jobId, cancellation);
        }

        return job.Status == JobStatus.Canceled
            ? job
            : throw Refusal.Conflict($"The job has ended: it is {job.Status.ToString().ToUpperInvariant()}.");
    }

    /// <summary>A new job like one that FAILED or was CANCELED.</summary>
    /// <exception cref="ApiException">CONFLICT: it succeeded or lives, or another one of its type lives.</exception>
    public async Task<Guid> RetryAsync(Guid userId, Guid jobId, string? requestId, CancellationToken cancellation)
    {
        var job = await GetAsync(userId, jobId, cancellation);
        if (job.Status is not (JobStatus.Failed or JobStatus.Canceled))
        {
            throw Refusal.Conflict($"Only a job that FAILED or was CANCELED can be tried again; this one is {job.Status.ToString().ToUpperInvariant()}.");
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ReopenVideoAsync(connection, job, cancellation);
        if (await FindLiveAsync(connection, job, cancellation) is { } live)
        {
            throw Refusal.Conflict("A job of this type is under way.", new LiveJob(live));
        }

        var retry = await SubmitJob.RunAsync(
            connection, job.VideoId, job.Type, job.Params.RootElement.GetRawText(), options.Value.MaxAttempts, requestId, cancellation);
        await transaction.CommitAsync(cancellation);
        await dispatcher.DispatchAsync(retry, CancellationToken.None);
        return retry;
    }

    /// <summary>
    /// Locks the video, and takes back that it FAILED: an analysis begins anew at UPLOADED, an encoding at ANALYZED; a thumbnail never
    /// made it fail. Only an analysis can be tried again before one has succeeded.
    /// </summary>
    private static async Task ReopenVideoAsync(NpgsqlConnection connection, Job job, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            UPDATE videos
            SET status = CASE WHEN status <> 'FAILED' OR @thumbnail THEN status WHEN @analyze THEN 'UPLOADED' ELSE 'ANALYZED' END,
                error_code = CASE WHEN @thumbnail THEN error_code END, error_message = CASE WHEN @thumbnail THEN error_message END,
                updated_at = clock_timestamp()
            WHERE id = @video AND deleted_at IS NULL AND (media_info IS NULL) = @analyze
            """, connection);
        command.Parameters.AddWithValue("video", job.VideoId);
        command.Parameters.AddWithValue("analyze", job.Type == JobType.Analyze);
        command.Parameters.AddWithValue("thumbnail", job.Type == JobType.Thumbnail);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            throw job.Video?.DeletedAt is null ? Refusal.Conflict(job.Type == JobType.Analyze ? "The video is analyzed." : "The video's analysis has not succeeded.") : Refusal.NotFound();
        }
    }

    private static async Task<Guid?> FindLiveAsync(NpgsqlConnection connection, Job job, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id FROM jobs WHERE video_id = @video AND type = @type AND status IN ('QUEUED', 'RUNNING')", connection);
        command.Parameters.AddWithValue("video", job.VideoId);
        command.Parameters.AddWithValue("type", job.Type.ToName());
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }
}
