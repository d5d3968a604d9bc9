using System.Buffers;
using System.Runtime.ExceptionServices;
using Kinora.Core.Errors;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Limits;
using Kinora.Core.Videos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Uploads.Resumable;

/// <summary>
/// Uploads that survive (tus 1.0): each byte that a client was told of is durable in the store, and its place in the database. Of what was
/// under way when an API is killed two parts at most are sent again: the one that was put, and the one that was received.
/// </summary>
public sealed partial class ResumableUploads(
    NpgsqlDataSource source,
    UploadRows rows,
    UploadTurns turns,
    UploadFinisher finisher,
    UploadSpool spool,
    UserLimits limits,
    IObjectStore objects,
    IObjectParts parts,
    IOptions<UploadOptions> options,
    IOptions<MediaOptions> media,
    IHostApplicationLifetime lifetime,
    ILogger<ResumableUploads> logger)
{
    /// <summary>As metrics call it.</summary>
    public const string Way = "tus";

    private const int MaxParts = 10_000;
    private const int Megabyte = 1024 * 1024;
    private const long LargestPart = 1024 * Megabyte;

    /// <summary>What has come is stored when its client is gone too; a store that hangs must not hold the upload for ever.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly UploadOptions _options = options.Value;

    /// <summary>The largest file that is taken, in bytes.</summary>
    public long MaxBytes => Math.Min(_options.MaxBytes, MaxParts * LargestPart);

    /// <param name="metadata">As the client sent it.</param>
    /// <exception cref="ApiException">
    /// PAYLOAD_TOO_LARGE: larger than a file may be, or than what is left of the user's quota. TOO_MANY_REQUESTS: the user has as many uploads
    /// or jobs under way as a user may have. VALIDATION_ERROR: it is empty.
    /// </exception>
    public async Task<Upload> CreateAsync(
        NewVideo video, long lengthBytes, string? metadata, IdempotentRequest request, CancellationToken cancellation)
    {
        if (lengthBytes == 0)
        {
            throw Refusal.Validation("Upload-Length", "The file is empty.");
        }

        var upload = new Upload
        {
            Id = Guid.CreateVersion7(),
            OwnerId = video.OwnerId,
            LengthBytes = lengthBytes,
            PartBytes = PartBytesOf(lengthBytes),
            Metadata = metadata,
            Title = video.Title,
            OriginalFilename = DisplayName.Clean(video.OriginalFilename),
            Transcode = video.Transcode,
            RequestId = video.RequestId,
        };
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await UserLimits.LockAsync(connection, video.OwnerId, cancellation);
        await limits.CheckLiveJobsAsync(connection, video.OwnerId, cancellation);
        var allowance = UploadAllowance.Of(MaxBytes, await limits.FindQuotaAsync(connection, video.OwnerId, cancellation));
        if (lengthBytes > allowance.MaxBytes)
        {
            throw Refusal.PayloadTooLarge(allowance.TooLarge);
        }

        if (await UploadRows.CountUnfinishedAsync(connection, video.OwnerId, cancellation) >= _options.MaxUnfinishedPerUser)
        {
            throw Refusal.TooManyRequests(RetryAfter, $"A user may have {_options.MaxUnfinishedPerUser} uploads under way: end some, or delete them.");
        }

        var expiresAt = await rows.InsertAsync(connection, upload, cancellation);
        await request.CompleteAsync(connection, [upload.Id], cancellation);
        await transaction.CommitAsync(cancellation);
        return upload with { ExpiresAt = expiresAt };
    }

    /// <summary>
    /// Begins an upload with its first bytes. Where these are refused, there is none; where they are cut, neither, unless its client can ask
    /// again with an idempotency key: without one it does not know how the upload is called.
    /// </summary>
    /// <inheritdoc cref="CreateAsync" path="/param"/>
    /// <inheritdoc cref="AppendAsync" path="/exception"/>
    public async Task<Upload> CreateAsync(
        NewVideo video,
        long lengthBytes,
        string? metadata,
        Stream body,
        long? bodyBytes,
        UploadChecksum? checksum,
        IdempotentRequest request,
        CancellationToken cancellation)
    {
        if (bodyBytes > lengthBytes)
        {
            throw Refusal.PayloadTooLarge($"The upload has {lengthBytes} bytes, and {bodyBytes} were announced.");
        }

        var created = await CreateAsync(video, lengthBytes, metadata, request, cancellation);
        try
        {
            return await AppendAsync(video.OwnerId, created.Id, 0, body, bodyBytes, checksum, cancellation);
        }
        catch (Exception e) when (!request.HasKey || IsRefusal(e))
        {
            using var limit = new CancellationTokenSource(StoreTimeout);
            await RemoveAsync(created.Id, null, limit.Token);
            request.TakeBack();
            throw;
        }
    }

    /// <summary>
    /// The upload as it is. A request that still writes is ended first, since its client asks anew: what it has brought counts. Where all
    /// bytes are there and no video yet, it is made.
    /// </summary>
    /// <exception cref="ApiException">NOT_FOUND, FORBIDDEN, GONE.</exception>
    public async Task<Upload> GetAsync(Guid ownerId, Guid uploadId, CancellationToken cancellation)
    {
        await rows.GetAsync(ownerId, uploadId, cancellation);
        using var turn = await turns.TakeAsync(uploadId, cancellation);
        return await FinishAsync(await rows.GetAsync(ownerId, uploadId, cancellation), cancellation);
    }

    /// <summary>Takes the bytes of a request. Where they are the last ones, the video is made.</summary>
    /// <param name="lengthBytes">Of the body, where the client says.</param>
    /// <exception cref="ApiException">
    /// NOT_FOUND, GONE. FORBIDDEN: another user's, or its video is made. CONFLICT: it is at another offset, or another request has gone on with it.
    /// PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, CHECKSUM_MISMATCH, UNAVAILABLE.
    /// </exception>
    public async Task<Upload> AppendAsync(
        Guid ownerId, Guid uploadId, long offset, Stream body, long? lengthBytes, UploadChecksum? checksum, CancellationToken cancellation)
    {
        await rows.GetAsync(ownerId, uploadId, cancellation);
        using var turn = await turns.TakeAsync(uploadId, cancellation);
        var upload = await rows.GetAsync(ownerId, uploadId, cancellation);
        if (upload.Status == UploadStatus.Finished)
        {
            throw Refusal.Forbidden("The upload has ended: its video is made.");
        }

        if (upload.OffsetBytes != offset)
        {
            throw Refusal.Conflict($"The upload is at offset {upload.OffsetBytes}.");
        }

        if (lengthBytes > upload.LeftBytes)
        {
            throw Refusal.PayloadTooLarge($"The upload has {upload.LeftBytes} bytes left, and {lengthBytes} were announced.");
        }

        if (upload.Status == UploadStatus.Active)
        {
            upload = await rows.ClaimAsync(uploadId, offset, cancellation) ?? throw Refusal.Conflict("Another request has gone on with this upload.");
            upload = await ReceiveAsync(upload, body, checksum, turn, cancellation);
        }

        return await FinishAsync(upload, cancellation);
    }

    /// <summary>Where its video is made, that stays.</summary>
    /// <exception cref="ApiException">NOT_FOUND, FORBIDDEN, GONE.</exception>
    public async Task TerminateAsync(Guid ownerId, Guid uploadId, CancellationToken cancellation)
    {
        await rows.GetAsync(ownerId, uploadId, cancellation);
        using var turn = await turns.TakeAsync(uploadId, cancellation);
        if (!await RemoveAsync(uploadId, null, cancellation))
        {
            throw Refusal.NotFound();
        }
    }

    /// <summary>Of the bytes themselves: the same ones will not do later either.</summary>
    private static bool IsRefusal(Exception exception) => exception is ApiException { Code.Status: < 500 } e && e.Code != ErrorCode.Conflict;

    /// <summary>What is asked for, or as many whole megabytes as a file of so many bytes needs.</summary>
    private int PartBytesOf(long lengthBytes)
    {
        var least = (lengthBytes + MaxParts - 1) / MaxParts;
        return (int)Math.Max(_options.PartBytes, (least + Megabyte - 1) / Megabyte * Megabyte);
    }

    private async Task<Upload> ReceiveAsync(
        Upload upload, Stream body, UploadChecksum? checksum, IUploadTurn turn, CancellationToken cancellation)
    {
        using var storing = new CancellationTokenSource();
        using var receiving = CancellationTokenSource.CreateLinkedTokenSource(cancellation, turn.Ending, lifetime.ApplicationStopping);
        await using var appender = new UploadAppender(upload, spool, rows, objects, parts, media.Value, checksum, storing.Token);
        try
        {
            var cut = await ReadAsync(body, appender, storing, receiving.Token);

            // A checksum is of all bytes: without the rest none of them can be trusted.
            if (cut is null || checksum is null)
            {
                await Failpoint.HitAsync(FailpointName.UploadAfterReceive, storing.Token);
                var now = await appender.StoreAsync();
                if (cut is null || now.Status == UploadStatus.Complete)
                {
                    return now;
                }
            }

            cancellation.ThrowIfCancellationRequested();
            throw turn.Ending.IsCancellationRequested ? Refusal.Conflict("Another request has gone on with this upload.")
                : lifetime.ApplicationStopping.IsCancellationRequested ? Refusal.Unavailable()
                : cut!.SourceException;
        }
        catch (ApiException e) when (e.Code == ErrorCode.UnsupportedMediaType)
        {
            await RemoveAsync(upload.Id, upload.Fence, storing.Token);
            throw;
        }
        catch (OperationCanceledException) when (storing.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Refusal.Unavailable();
        }
    }

    /// <returns>How the body has ended before its time: its client is gone, is too slow, or has begun another request. Null: it is whole.</returns>
    private static async Task<ExceptionDispatchInfo?> ReadAsync(
        Stream body, UploadAppender appender, CancellationTokenSource storing, CancellationToken receiving)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(UploadSpool.BufferSize);
        try
        {
            while (true)
            {
                int count;
                try
                {
                    count = await body.ReadAsync(buffer, receiving);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    storing.CancelAfter(StoreTimeout);
                    return ExceptionDispatchInfo.Capture(e);
                }

                if (count == 0)
                {
                    return null;
                }

                await appender.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Upload> FinishAsync(Upload upload, CancellationToken cancellation) =>
        upload.Status == UploadStatus.Complete ? await finisher.FinishAsync(upload, cancellation) : upload;

    /// <returns>False: there is none any more.</returns>
    private async Task<bool> RemoveAsync(Guid uploadId, long? fence, CancellationToken cancellation)
    {
        var removed = await rows.RemoveAsync(uploadId, fence, cancellation);
        if (removed is { PutId: { } id, Status: not UploadStatus.Finished })
        {
            try
            {
                await objects.AbortAsync(new UnfinishedPut(ObjectKey.Source(uploadId), id, removed.CreatedAt), cancellation);
            }
            catch (StorageException e)
            {
                LogAbortFailed(e, uploadId);
            }
        }

        return removed is not null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The parts of upload {uploadId} stay until the collector takes them back")]
    private partial void LogAbortFailed(Exception exception, Guid uploadId);
}
