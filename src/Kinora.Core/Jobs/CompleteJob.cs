using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Playback;
using Kinora.Core.Uploads;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// Ends an attempt as SUCCEEDED and makes its result true, in one transaction: all of it or nothing. A null or false answer means that
/// the attempt has lost the job; an exception at the commit leaves the outcome open (<see cref="IsCompletedAsync"/> tells).
/// </summary>
public sealed class CompleteJob(NpgsqlDataSource source, JobStatements statements, IOptions<JobOptions> options)
{
    /// <summary>How long what was published stays for players in mid-stream.</summary>
    private static readonly TimeSpan ReplacedGrace = TimeSpan.FromMinutes(10);

    /// <summary>The video is ANALYZED, THUMBNAIL is queued where there are pictures, and HLS where the upload asked for it.</summary>
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

        var followers = new List<Guid>();
        if (info.Video is not null)
        {
            followers.Add(await FollowAsync(JobType.Thumbnail, "{}"));
        }

        if (transcode.Value)
        {
            followers.Add(await FollowAsync(JobType.Hls, HlsParams.Default.ToJson()));
        }

        await CommitAsync(transaction, cancellation);
        return followers;

        Task<Guid> FollowAsync(JobType type, string parameters) => SubmitJob.RunAsync(
            connection, statements, job.VideoId, type, parameters, options.Value.MaxAttempts, job.RequestId, cancellation);
    }

    /// <summary>The video is UPLOADED with what was stored under the prefix, whose intent is PUBLISHED; ANALYZE is queued.</summary>
    /// <param name="admit">The first step of the transaction: asks for the room that the file takes, under its owner's lock.</param>
    /// <returns>The ANALYZE job; null: the attempt had lost the job.</returns>
    public async Task<Guid?> FetchAsync(
        ClaimedJob job,
        string prefix,
        StoredSource stored,
        Func<NpgsqlConnection, CancellationToken, Task> admit,
        CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await admit(connection, cancellation);
        await using var video = new NpgsqlCommand(statements.CompleteFetchedVideo, connection);
        video.Parameters.AddWithValue("video", job.VideoId);
        video.Parameters.AddWithValue("size", stored.SizeBytes);
        video.Parameters.AddWithValue("type", stored.ContentType);
        video.Parameters.AddWithValue("sha256", stored.Sha256);
        video.Parameters.AddWithValue("key", ObjectKey.SourceUnder(prefix));
        var videos = await video.ExecuteNonQueryAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.CompleteInTransaction, cancellation);
        if (videos == 0 || !await SucceedAsync(connection, job, cancellation))
        {
            return null;
        }

        var analyze = await SubmitJob.RunAsync(
            connection, statements, job.VideoId, JobType.Analyze, "{}", options.Value.MaxAttempts, job.RequestId, cancellation);
        if (!await PublishIntentAsync(connection, job, prefix, cancellation))
        {
            return null;
        }

        await CommitAsync(transaction, cancellation);
        return analyze;
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
        if (!await PublishIntentAsync(connection, job, derivative.Prefix, cancellation))
        {
            return false;
        }

        await CommitAsync(transaction, cancellation);
        return true;
    }

    /// <summary>
    /// What a unit has put under the prefix is published, and with <paramref name="isLast"/> the unit ends. A unit that grows publishes many
    /// times, each time under a prefix of its own. Pieces that are there already stay: a unit that is done again should skip them, and put
    /// under one prefix only what is new.
    /// </summary>
    /// <param name="pieces">Their track, number, file and facts count; the rest is the unit's.</param>
    /// <returns>False: the attempt has lost the unit, or the parent has ended.</returns>
    public async Task<bool> PiecesAsync(
        ClaimedJob unit, IReadOnlyList<HlsPiece> pieces, string prefix, bool isLast, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.LockVideo, connection);
        video.Parameters.AddWithValue("video", unit.VideoId);
        var isThere = await video.ExecuteScalarAsync(cancellation) is not null;
        await Failpoint.HitAsync(FailpointName.CompleteInTransaction, cancellation);
        if (!isThere
            || !await UnitPublication.HoldAsync(connection, statements, unit, isLast, cancellation)
            || !await UnitPublication.InsertAsync(connection, statements, unit, pieces, prefix, cancellation))
        {
            return false;
        }

        await CommitAsync(transaction, cancellation);
        return true;
    }

    /// <summary>
    /// The last unit and its parent have SUCCEEDED, the video is READY, and the derivative, which is the parent's and has its fence, is the
    /// current one from now on, as by <see cref="DerivativeAsync"/>. The pieces of the parent have served.
    /// </summary>
    /// <param name="prefix">That this unit has written under; what the others have published is.</param>
    public async Task<bool> PublishedAsync(ClaimedJob lastUnit, Derivative derivative, string prefix, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.CompletePublishedVideo, connection);
        video.Parameters.AddWithValue("video", lastUnit.VideoId);
        video.Parameters.AddWithValue("hls", true);
        var videos = await video.ExecuteNonQueryAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.CompleteInTransaction, cancellation);
        if (videos == 0
            || !await UnitPublication.SucceedParentAsync(connection, statements, lastUnit, derivative, cancellation)
            || !await SucceedAsync(connection, lastUnit, cancellation))
        {
            return false;
        }

        await ReplaceAsync(connection, derivative, cancellation);
        await UnitPublication.TakeOverAsync(connection, statements, derivative, prefix, cancellation);
        if (!await PublishIntentAsync(connection, lastUnit, prefix, cancellation))
        {
            return false;
        }

        await CommitAsync(transaction, cancellation);
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

    private static async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await Failpoint.HitAsync(FailpointName.CompleteBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.CompleteAfterCommit, cancellation);
    }

    private async Task<bool> PublishIntentAsync(NpgsqlConnection connection, ClaimedJob job, string prefix, CancellationToken cancellation)
    {
        await using var intent = new NpgsqlCommand(statements.PublishIntent, connection);
        intent.Parameters.AddWithValue("prefix", prefix);
        intent.Parameters.AddWithValue("id", job.Id);
        intent.Parameters.AddWithValue("fence", job.Fence);
        return await intent.ExecuteNonQueryAsync(cancellation) == 1;
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
