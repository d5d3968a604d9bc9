using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Uploads.Resumable;

/// <summary>
/// Makes the video of an upload whose bytes are all there. It may be done again from any point, by any process: what a killed one has left
/// is finished by the rounds here, or when its client asks. Rows of what has expired go in the same rounds.
/// </summary>
public sealed partial class UploadFinisher(
    NpgsqlDataSource source,
    UploadRows rows,
    IObjectParts parts,
    JobDispatcher dispatcher,
    KinoraMetrics metrics,
    IOptions<JobOptions> jobOptions,
    ILogger<UploadFinisher> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The request that brought the last byte is at it. Not less than the store may take to put a large object together.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>A client that comes too late is told so for this long.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    /// <exception cref="StorageException">The object cannot be made now.</exception>
    /// <exception cref="ApiException">NOT_FOUND: it was taken back.</exception>
    public async Task<Upload> FinishAsync(Upload upload, CancellationToken cancellation)
    {
        await Failpoint.HitAsync(FailpointName.UploadBeforeComplete, cancellation);
        var stored = await rows.GetPartsAsync(upload.Id, cancellation);
        if (stored is [])
        {
            // Another process has finished it since, or it is gone.
            return await rows.GetAsync(upload.OwnerId, upload.Id, cancellation);
        }

        if (upload.PutId is { } id)
        {
            await parts.CompleteAsync(
                ObjectKey.Source(upload.Id), id, [.. stored.Select(p => p.Tag)], upload.LengthBytes, cancellation);
        }

        await Failpoint.HitAsync(FailpointName.UploadAfterComplete, cancellation);
        var checksum = stored is [var only] ? only.Sha256 : SourceHash.Compose(stored.Select(p => p.Sha256), upload.PartBytes);
        var (finished, isMine) = await CommitAsync(upload, checksum, cancellation);
        if (isMine)
        {
            LogFinished(upload.Id, upload.OwnerId, upload.LengthBytes, upload.ContentType!);
            metrics.UploadFinished(ResumableUploads.Way, upload.LengthBytes);
            await dispatcher.DispatchAsync(finished.AnalyzeJobId!.Value, CancellationToken.None);
        }

        return finished;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunRoundAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogRoundFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RunRoundAsync(CancellationToken cancellation)
    {
        foreach (var upload in await rows.FindCompleteAsync(Patience, cancellation))
        {
            try
            {
                await FinishAsync(upload, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                LogFinishFailed(e, upload.Id);
            }
        }

        await rows.RemoveExpiredAsync(Remembered, cancellation);
    }

    private async Task<(Upload Upload, bool IsMine)> CommitAsync(Upload upload, byte[] checksum, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await UserLimits.LockAsync(connection, upload.OwnerId, cancellation);
        var current = await UploadRows.LockAsync(connection, upload.Id, cancellation) ?? throw Refusal.NotFound();
        if (current.Status == UploadStatus.Finished)
        {
            return (current, false);
        }

        // Limits are not asked again: its bytes were counted when it began, and its job is one that follows by itself.
        var video = new NewVideo(upload.OwnerId, upload.Title, upload.OriginalFilename, upload.Transcode, upload.RequestId);
        var stored = new StoredSource(upload.LengthBytes, upload.ContentType!, checksum);
        var jobId = await MakeVideo.RunAsync(connection, upload.Id, video, stored, jobOptions.Value.MaxAttempts, cancellation);
        await UploadRows.FinishAsync(connection, upload.Id, jobId, cancellation);
        await Failpoint.HitAsync(FailpointName.UploadBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.UploadAfterCommit, cancellation);
        return (current with { Status = UploadStatus.Finished, AnalyzeJobId = jobId }, true);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Uploaded video {videoId} of user {userId} in parts: {sizeBytes} bytes of {contentType}")]
    private partial void LogFinished(Guid videoId, Guid userId, long sizeBytes, string contentType);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The video of upload {uploadId} cannot be made now")]
    private partial void LogFinishFailed(Exception exception, Guid uploadId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of the finisher of uploads failed")]
    private partial void LogRoundFailed(Exception exception);
}
