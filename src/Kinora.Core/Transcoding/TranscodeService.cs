using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Videos;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Transcoding;

/// <summary>Asking for the HLS of a video, and what that would be.</summary>
public sealed class TranscodeService(
    NpgsqlDataSource source,
    VideoAccess access,
    UserLimits limits,
    JobDispatcher dispatcher,
    IOptions<JobOptions> options,
    TranscodePlanner planner)
{
    /// <summary>
    /// The HLS job of this request: the live one, the one that made what is published (unless <paramref name="force"/>), or a new one.
    /// Any number of equal requests at once get one job.
    /// </summary>
    /// <param name="renditions">Names out of the video's ladder; null: all of it.</param>
    /// <exception cref="ApiException">
    /// VALIDATION_ERROR: a rendition is not in the ladder. CONFLICT: the analysis has not succeeded, or other renditions are under way.
    /// TOO_MANY_REQUESTS, UNAVAILABLE: a new job would pass a limit.
    /// </exception>
    public async Task<Guid> SubmitAsync(
        Guid userId,
        Guid videoId,
        IReadOnlyList<string>? renditions,
        bool force,
        string? requestId,
        IdempotentRequest request,
        CancellationToken cancellation)
    {
        var info = await GetAnalyzedAsync(userId, videoId, cancellation);
        var parameters = new HlsParams(Canonical(info, renditions)).ToJson();

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await UserLimits.LockAsync(connection, userId, cancellation);
        var published = await LockAndFindPublishedAsync(connection, videoId, parameters, cancellation);
        if (published is { } done && !force)
        {
            await request.CompleteAsync(connection, [done], cancellation);
            await transaction.CommitAsync(cancellation);
            return done;
        }

        if (await LiveJob.FindAsync(connection, videoId, JobType.Hls, cancellation) is null)
        {
            await limits.CheckLiveJobsAsync(connection, userId, cancellation);
        }

        var jobId = await SubmitJob.RunAsync(
            connection, videoId, JobType.Hls, parameters, options.Value.MaxAttempts, requestId, cancellation);
        await request.CompleteAsync(connection, [jobId], cancellation);
        await Failpoint.HitAsync(FailpointName.TranscodeBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await dispatcher.DispatchAsync(jobId, CancellationToken.None);
        return jobId;
    }

    /// <summary>
    /// What <see cref="SubmitAsync"/> would do, without doing it: the plan of a job that has done, or does, just this; else an estimate.
    /// </summary>
    public async Task<TranscodePlan> PlanAsync(
        Guid userId, Guid videoId, IReadOnlyList<string>? renditions, CancellationToken cancellation)
    {
        var info = await GetAnalyzedAsync(userId, videoId, cancellation);
        var canonical = Canonical(info, renditions);
        return await FindPlanAsync(videoId, new HlsParams(canonical).ToJson(), cancellation) is { } stored
            ? stored with { Info = info }
            : planner.Estimate(info, canonical);
    }

    private async Task<TranscodePlan?> FindPlanAsync(Guid videoId, string parameters, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT plan::text FROM jobs
            WHERE video_id = @video AND type = 'HLS' AND parent_id IS NULL AND params = @params::jsonb AND plan IS NOT NULL
              AND status IN ('RUNNING', 'SUCCEEDED')
            ORDER BY id DESC LIMIT 1
            """);
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("params", parameters);
        return await command.ExecuteScalarAsync(cancellation) is string plan
            ? JsonSerializer.Deserialize(plan, StoredJson.Default.TranscodePlan)
            : null;
    }

    private async Task<MediaInfo> GetAnalyzedAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        var video = await access.GetAsync(userId, videoId, cancellation);
        return video.Status switch
        {
            VideoStatus.Uploaded => throw Refusal.Conflict("The video's analysis has not succeeded yet."),
            VideoStatus.Failed => throw Refusal.Conflict("The video cannot be played: see its error."),
            _ => video.MediaInfo ?? throw Refusal.Conflict("The video's analysis has not succeeded yet."),
        };
    }

    /// <summary>The names in the order of the ladder, each once, so that the same wish is the same request; null stays null.</summary>
    private IReadOnlyList<string>? Canonical(MediaInfo info, IReadOnlyList<string>? renditions) =>
        renditions is null ? null : [.. planner.Plan(info, packets: null, renditions).Renditions.Select(r => r.Name)];

    /// <summary>
    /// The lock makes a completion that is under way end first: either its job is live below, or its derivative is seen here.
    /// </summary>
    private static async Task<Guid?> LockAndFindPublishedAsync(
        NpgsqlConnection connection, Guid videoId, string parameters, CancellationToken cancellation)
    {
        await using (var video = new NpgsqlCommand("SELECT status FROM videos WHERE id = @video AND deleted_at IS NULL FOR SHARE", connection))
        {
            video.Parameters.AddWithValue("video", videoId);
            var status = await video.ExecuteScalarAsync(cancellation) ?? throw Refusal.NotFound();
            if (status is not ("ANALYZED" or "READY"))
            {
                throw Refusal.Conflict("The video cannot be played: see its error.");
            }
        }

        await using var command = new NpgsqlCommand("""
            SELECT j.id FROM derivatives d JOIN jobs j ON j.id = d.job_id
            WHERE d.video_id = @video AND d.type = 'HLS' AND d.replaced_at IS NULL AND j.params = @params::jsonb
            """, connection);
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("params", parameters);
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }
}
