using Kinora.Core.Errors;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Redis;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Limits;
using Kinora.Core.Transcoding.Planning;
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
    UserLimits limits,
    TranscodePlanner planner,
    IOptions<JobOptions> options)
{
    /// <summary>All jobs of the video, the newest first; their units are nothing to their owner.</summary>
    public async Task<IReadOnlyList<Job>> ListAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        return await db.Jobs.AsNoTracking().Where(j => j.VideoId == videoId && j.ParentId == null).OrderByDescending(j => j.Id).ToListAsync(cancellation);
    }

    /// <summary>Jobs outlive their video: who waits for one learns that it was CANCELED.</summary>
    public async Task<Job> GetAsync(Guid userId, Guid jobId, CancellationToken cancellation)
    {
        var job = await db.Jobs.AsNoTracking().Include(j => j.Video).FirstOrDefaultAsync(j => j.Id == jobId && j.ParentId == null, cancellation)
            ?? throw Refusal.NotFound();
        return job.Video?.OwnerId == userId ? job : throw Refusal.Forbidden();
    }

    /// <summary>Ends a live job at once; cancelling a CANCELED one again is fine.</summary>
    /// <exception cref="ApiException">CONFLICT: it has SUCCEEDED or FAILED.</exception>
    public async Task<Job> CancelAsync(Guid userId, Guid jobId, CancellationToken cancellation)
    {
        await GetAsync(userId, jobId, cancellation);
        var canceled = await store.CancelAsync(jobId, cancellation);
        var job = await GetAsync(userId, jobId, cancellation);
        if (canceled.Count > 0)
        {
            metrics.JobFinishedByOthers(job.Type, job.Status, null);

            // Once for all of its units.
            await cancels.PublishAsync(jobId, cancellation);
        }

        return job.Status == JobStatus.Canceled
            ? job
            : throw Refusal.Conflict($"The job has ended: it is {job.Status.ToString().ToUpperInvariant()}.");
    }

    /// <summary>
    /// A new job like one that FAILED or was CANCELED, whatever came after it: an old HLS job of a READY video encodes it anew. Of any
    /// number of retries at once one makes a job; the others meet it.
    /// </summary>
    /// <exception cref="ApiException">
    /// CONFLICT: it succeeded or lives, it is a fetch, another one of its type lives, it is an analysis and the video is analyzed, it is none and the video is
    /// not, or it asks for renditions that are not offered any more. NOT_FOUND: the video is deleted. TOO_MANY_REQUESTS, UNAVAILABLE: a new
    /// job would pass a limit.
    /// </exception>
    public async Task<Guid> RetryAsync(
        Guid userId, Guid jobId, string? requestId, IdempotentRequest request, CancellationToken cancellation)
    {
        // Before any lock: a job that has ended never changes, nor its type.
        var job = await GetAsync(userId, jobId, cancellation);
        if (job.Status is not (JobStatus.Failed or JobStatus.Canceled))
        {
            throw Refusal.Conflict(
                $"Only a job that FAILED or was CANCELED can be tried again; this one is {job.Status.ToString().ToUpperInvariant()}.",
                job.Status == JobStatus.Succeeded ? null : new LiveJob(jobId));
        }

        if (job.Type == JobType.Fetch)
        {
            throw Refusal.Conflict("An address is not kept once its fetch has ended: give it again, as a new video.");
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await UserLimits.LockAsync(connection, userId, cancellation);
        await LockVideoAsync(connection, job, cancellation);
        CheckRenditions(job);
        if (await LiveJob.FindAsync(connection, job.VideoId, job.Type, cancellation) is { } live)
        {
            throw Refusal.Conflict("A job of this type is under way.", live);
        }

        await limits.CheckLiveJobsAsync(connection, userId, cancellation);
        await ReopenVideoAsync(connection, job, cancellation);
        var retry = await SubmitJob.RunAsync(
            connection, job.VideoId, job.Type, job.Params.RootElement.GetRawText(), options.Value.MaxAttempts, requestId, cancellation);
        await request.CompleteAsync(connection, [retry], cancellation);
        await transaction.CommitAsync(cancellation);
        await dispatcher.DispatchAsync(retry, CancellationToken.None);
        return retry;
    }

    /// <summary>The ladder may have changed since they were asked for.</summary>
    private void CheckRenditions(Job job)
    {
        if (job is not { Type: JobType.Hls, Video.MediaInfo: { } info }
            || HlsParams.Parse(job.Params.RootElement.GetRawText()).Renditions is not { } renditions)
        {
            return;
        }

        try
        {
            if (!planner.Offers(info, renditions))
            {
                throw Refusal.Conflict("A rendition of this job is not offered any more: ask for a new transcode.");
            }
        }
        catch (JobFailedException)
        {
            // Of the file, which is not accepted any more: the new job will end with its code.
        }
    }

    /// <summary>
    /// Only an analysis can be tried again before one has succeeded, and no analysis after. A deletion or a completion that is under way
    /// ends first.
    /// </summary>
    private static async Task LockVideoAsync(NpgsqlConnection connection, Job job, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT media_info IS NOT NULL FROM videos WHERE id = @video AND deleted_at IS NULL FOR NO KEY UPDATE", connection);
        command.Parameters.AddWithValue("video", job.VideoId);
        switch (await command.ExecuteScalarAsync(cancellation))
        {
            case null:
                throw Refusal.NotFound();
            case true when job.Type == JobType.Analyze:
                throw Refusal.Conflict("The video is analyzed.");
            case false when job.Type != JobType.Analyze:
                throw Refusal.Conflict("The video's analysis has not succeeded.");
        }
    }

    /// <summary>
    /// Takes back that the video FAILED: an analysis begins anew at UPLOADED, an encoding at ANALYZED. A thumbnail never made it fail.
    /// Nothing else leads out of FAILED.
    /// </summary>
    private static async Task ReopenVideoAsync(NpgsqlConnection connection, Job job, CancellationToken cancellation)
    {
        if (job.Type == JobType.Thumbnail)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            UPDATE videos SET status = @status, error_code = NULL, error_message = NULL, updated_at = clock_timestamp()
            WHERE id = @video AND status = 'FAILED'
            """, connection);
        command.Parameters.AddWithValue("video", job.VideoId);
        command.Parameters.AddWithValue("status", job.Type == JobType.Analyze ? "UPLOADED" : "ANALYZED");
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
