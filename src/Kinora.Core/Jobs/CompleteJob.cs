using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Playback;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// Ends an attempt as SUCCEEDED and makes its result true, in one transaction: all of it or nothing. A null or false answer means that
/// the attempt has lost the job; an exception at the commit leaves the outcome open (<see cref="IsCompletedAsync"/> tells).
/// </summary>
public sealed class CompleteJob(NpgsqlDataSource source, JobStatements statements, IOptions<JobOptions> options)
{
    /// <summary>How long an old derivative stays for players in mid-stream.</summary>
    private static readonly TimeSpan ReplacedGrace = TimeSpan.FromMinutes(10);

    /// <summary>The video is ANALYZED, THUMBNAIL is queued, and HLS where the upload asked for it.</summary>
    /// <returns>The jobs that follow; null: the attempt had lost the job.</returns>
    public async Task<IReadOnlyList<Guid>?> AnalysisAsync(ClaimedJob job, MediaInfo info, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.CompleteAnalyzedVideo, connection);
        video.Parameters.AddWithValue("video", job.VideoId);
        video.Parameters.AddWithValue("info", JsonSerializer.Serialize(info, StoredJson.Default.MediaInfo));
        var transcode = await video.ExecuteScalarAsync(cancellation) as bool?;
        await Failpoint.HitAsync(FailpointName.CompleteInTransaction, cancellation);
        if (transcode is null || !await SucceedAsync(connection, job, cancellation))
        {
            return null;
        }

        var followers = new List<Guid> { await FollowAsync(JobType.Thumbnail, "{}") };
        if (transcode.Value)
        {
            followers.Add(await FollowAsync(JobType.Hls, HlsParams.Default.ToJson()));
        }

        await Failpoint.HitAsync(FailpointName.CompleteBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.CompleteAfterCommit, cancellation);
        return followers;

        Task<Guid> FollowAsync(JobType type, string parameters) => SubmitJob.RunAsync(
            connection, statements, job.VideoId, type, parameters, options.Value.MaxAttempts, job.RequestId, cancellation);
    }

    /// <summary>
    /// The new derivative is the current one from now on, its intent PUBLISHED; what it replaces is doomed, ten minutes later. With HLS
    /// the video is READY.
    /// </summary>
    public async Task<bool> DerivativeAsync(ClaimedJob job, Derivative derivative, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.CompletePublishedVideo, connection);
        video.Parameters.AddWithValue("video", job.VideoId);
        video.Parameters.AddWithValue("hls", job.Type == JobType.Hls);
        var videos = await video.ExecuteNonQueryAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.CompleteInTransaction, cancellation);
        if (videos == 0 || !await SucceedAsync(connection, job, cancellation))
        {
            return false;
        }

        await ReplaceAsync(connection, derivative, cancellation);
        await using var intent = new NpgsqlCommand(statements.PublishIntent, connection);
        intent.Parameters.AddWithValue("prefix", derivative.Prefix);
        intent.Parameters.AddWithValue("id", job.Id);
        intent.Parameters.AddWithValue("fence", job.Fence);
        if (await intent.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await Failpoint.HitAsync(FailpointName.CompleteBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.CompleteAfterCommit, cancellation);
        return true;
    }

    /// <summary>Whether this very attempt's completion is in the database: asked when a COMMIT's answer was lost.</summary>
    public async Task<bool> IsCompletedAsync(ClaimedJob job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT status = 'SUCCEEDED' AND fence = @fence FROM jobs WHERE id = @id");
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<bool> SucceedAsync(NpgsqlConnection connection, ClaimedJob job, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.Succeed, connection);
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private async Task ReplaceAsync(NpgsqlConnection connection, Derivative derivative, CancellationToken cancellation)
    {
        await using var replace = new NpgsqlCommand(statements.ReplaceDerivative, connection);
        replace.Parameters.AddWithValue("video", derivative.VideoId);
        replace.Parameters.AddWithValue("type", derivative.Type.ToName());
        replace.Parameters.AddWithValue("grace", ReplacedGrace);
        await replace.ExecuteNonQueryAsync(cancellation);

        await using var insert = new NpgsqlCommand(statements.InsertDerivative, connection);
        insert.Parameters.AddWithValue("derivative", derivative.Id);
        insert.Parameters.AddWithValue("video", derivative.VideoId);
        insert.Parameters.AddWithValue("job", derivative.JobId);
        insert.Parameters.AddWithValue("type", derivative.Type.ToName());
        insert.Parameters.AddWithValue("fence", derivative.Fence);
        insert.Parameters.AddWithValue("prefix", derivative.Prefix);
        insert.Parameters.AddWithValue("manifest", JsonSerializer.Serialize(derivative.Manifest, StoredJson.Default.Manifest));
        insert.Parameters.AddWithValue("verification", (object?)derivative.Verification ?? DBNull.Value);
        await insert.ExecuteNonQueryAsync(cancellation);
    }
}
