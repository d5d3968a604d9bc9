using Kinora.Core.Errors;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Uploads;

/// <summary>
/// Makes a video out of a spooled file: to the store; video, ANALYZE job and the intent's end in one transaction; to the queue. An upload
/// that fails on the way leaves no row, and its bytes to the collector.
/// </summary>
public sealed partial class UploadService(
    NpgsqlDataSource source,
    UploadIntents intents,
    IObjectStore objects,
    JobDispatcher dispatcher,
    UserLimits limits,
    IOptions<UploadOptions> options,
    IOptions<JobOptions> jobOptions,
    ILogger<UploadService> logger)
{
    /// <summary>
    /// Asked before a byte is read, so that nobody sends for hours what will be refused. What counts is asked again, exactly, when the
    /// video is made: other uploads of the same user may have taken the room by then.
    /// </summary>
    /// <exception cref="ApiException">TOO_MANY_REQUESTS, UNAVAILABLE: no room for its ANALYZE job.</exception>
    public async Task<UploadAllowance> AllowAsync(Guid ownerId, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await limits.CheckLiveJobsAsync(connection, ownerId, cancellation);
        return UploadAllowance.Of(options.Value.MaxBytes, await limits.FindQuotaAsync(connection, ownerId, cancellation));
    }

    /// <summary>Of a request that was done before: its file is read to be compared, and not kept.</summary>
    public UploadAllowance AllowRepeated() => UploadAllowance.Of(options.Value.MaxBytes, quota: null);

    /// <exception cref="ApiException">PAYLOAD_TOO_LARGE, TOO_MANY_REQUESTS, UNAVAILABLE: past a limit.</exception>
    public async Task<UploadedVideo> StoreAsync(NewVideo upload, SpooledFile file, IdempotentRequest request, CancellationToken cancellation)
    {
        await Failpoint.HitAsync(FailpointName.UploadAfterSpool, cancellation);
        var videoId = Guid.CreateVersion7();
        await intents.BeginAsync(videoId, cancellation);
        await Failpoint.HitAsync(FailpointName.UploadAfterIntent, cancellation);
        using var over = new CancellationTokenSource();
        var kept = intents.KeepAsync(videoId, over.Token);
        Guid jobId;
        try
        {
            await objects.PutFileAsync(ObjectKey.Source(videoId), file.Path, file.ContentType, cancellation);
            await Failpoint.HitAsync(FailpointName.UploadAfterPut, cancellation);
            jobId = await CommitAsync(videoId, upload, file, request, cancellation);
        }
        catch
        {
            await intents.DoomAsync(videoId);
            throw;
        }
        finally
        {
            await over.CancelAsync();
            await kept;
        }

        LogUploaded(videoId, upload.OwnerId, file.SizeBytes, file.ContentType);
        await dispatcher.DispatchAsync(jobId, CancellationToken.None);
        return new UploadedVideo(videoId, jobId);
    }

    private async Task<Guid> CommitAsync(
        Guid videoId, NewVideo upload, SpooledFile file, IdempotentRequest request, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await UserLimits.LockAsync(connection, upload.OwnerId, cancellation);
        await limits.CheckBytesAsync(connection, upload.OwnerId, file.SizeBytes, cancellation);
        await limits.CheckLiveJobsAsync(connection, upload.OwnerId, cancellation);
        var stored = new StoredSource(file.SizeBytes, file.ContentType, file.Sha256);
        var jobId = await MakeVideo.RunAsync(connection, videoId, upload, stored, jobOptions.Value.MaxAttempts, cancellation);
        await request.CompleteAsync(connection, [videoId, jobId], cancellation);
        await Failpoint.HitAsync(FailpointName.UploadBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.UploadAfterCommit, cancellation);
        return jobId;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Uploaded video {videoId} of user {userId}: {sizeBytes} bytes of {contentType}")]
    private partial void LogUploaded(Guid videoId, Guid userId, long sizeBytes, string contentType);
}
