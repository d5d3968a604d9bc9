using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Storage.S3;

/// <summary>
/// Objects in parts: of one large file, each part read from it as it is sent, and taken back whatever goes wrong; or of parts that come
/// over hours.
/// </summary>
internal sealed partial class S3MultipartUpload(S3Calls calls, S3StorageOptions options, ILogger logger)
{
    /// <summary>S3's limit. A file that passes it is sent in larger parts.</summary>
    private const int MaxParts = 10_000;

    /// <summary>
    /// How long a call goes on after its caller has left, so that its outcome is known. No longer: a worker that is told to stop would wait
    /// for a store that hangs, and the collector takes back what is left of an upload.
    /// </summary>
    private static readonly TimeSpan LateTime = TimeSpan.FromSeconds(5);

    /// <returns>The object's ETag.</returns>
    public async Task<string?> SendAsync(string key, string path, long length, string contentType, CancellationToken cancellation)
    {
        var uploadId = await BeginAsync(key, contentType, cancellation);
        try
        {
            var tags = await SendPartsAsync(key, uploadId, path, length, cancellation);
            return await CompleteAsync(key, uploadId, tags, length, cancellation);
        }
        catch
        {
            await TakeBackAsync(key, uploadId);
            throw;
        }
    }

    /// <returns>The upload's id.</returns>
    public async Task<string> BeginAsync(string key, string contentType, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();

        // Not cancelled at once: an upload whose id never came back could not be aborted.
        using var late = new CancellationTokenSource();
        await using var leaving = cancellation.UnsafeRegister(static late => ((CancellationTokenSource)late!).CancelAfter(LateTime), late);
        var begin = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = contentType };
        var upload = await calls.RunAsync(
            $"begin the upload of {key}", (s3, token) => s3.InitiateMultipartUploadAsync(begin, token), late.Token);
        return upload.UploadId;
    }

    /// <returns>The part's ETag.</returns>
    public async Task<string> PutPartAsync(string key, string uploadId, int number, string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.Asynchronous);
        return await SendPartAsync(key, uploadId, number, file, file.Length, cancellation);
    }

    /// <returns>The object's ETag.</returns>
    public async Task<string?> CompleteAsync(
        string key, string uploadId, IReadOnlyList<string> tags, long length, CancellationToken cancellation)
    {
        var complete = new CompleteMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = uploadId,
            MpuObjectSize = length,
            PartETags = [.. tags.Select((tag, index) => new PartETag(index + 1, tag))],
        };
        var response = await calls.RunAsync(
            $"complete {key}", (s3, token) => s3.CompleteMultipartUploadAsync(complete, token), cancellation);

        // S3 may begin to answer 200 and find the error later, which then stands in the body (CompleteMultipartUpload, API reference).
        // The SDK throws then; an answer that is neither is not taken for a success.
        return string.IsNullOrEmpty(response.ETag) ? throw new StorageException($"S3 did not confirm {key}.") : response.ETag;
    }

    /// <summary>Whether the store has no such upload: it was completed or aborted.</summary>
    public static bool IsUnknown(StorageException e) =>
        e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <summary>Uploads that were begun and neither completed nor aborted, by all writers of the bucket.</summary>
    public async IAsyncEnumerable<UnfinishedPut> ListAsync(
        DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket };
        bool more;
        do
        {
            var page = await calls.RunAsync(
                "list unfinished uploads", (s3, token) => s3.ListMultipartUploadsAsync(request, token), cancellation);
            foreach (var upload in (page.MultipartUploads ?? []).Where(u => S3Time.AsUtc(u.Initiated) < before))
            {
                yield return new UnfinishedPut(upload.Key, upload.UploadId, S3Time.AsUtc(upload.Initiated));
            }

            // A store that says "more" and does not say from where would be asked for its first page for ever.
            more = page.IsTruncated == true && !string.IsNullOrEmpty(page.NextKeyMarker)
                && (page.NextKeyMarker, page.NextUploadIdMarker) != (request.KeyMarker, request.UploadIdMarker);
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (more);
    }

    public async Task AbortAsync(UnfinishedPut put, CancellationToken cancellation)
    {
        try
        {
            await SendAbortAsync(put.Key!, put.Id, cancellation);
        }
        catch (StorageException e) when (IsUnknown(e))
        {
            // It was completed or aborted since.
        }
    }

    private async Task<string[]> SendPartsAsync(
        string key, string uploadId, string path, long length, CancellationToken cancellation)
    {
        var partSize = Math.Max(options.PartSizeBytes, (length + MaxParts - 1) / MaxParts);
        var sent = new string[(length + partSize - 1) / partSize];

        // Returns only when no part is on its way any more: a part that arrives after the abort would stay.
        await Parallel.ForAsync(
            0,
            sent.Length,
            new ParallelOptions { MaxDegreeOfParallelism = options.UploadConcurrency, CancellationToken = cancellation },
            async (index, token) =>
            {
                await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
                file.Position = index * partSize;
                sent[index] = await SendPartAsync(key, uploadId, index + 1, file, Math.Min(partSize, length - file.Position), token);
            });
        return sent;
    }

    private async Task<string> SendPartAsync(
        string key, string uploadId, int number, FileStream file, long length, CancellationToken cancellation)
    {
        var part = new UploadPartRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = uploadId,
            PartNumber = number,
            PartSize = length,
            InputStream = file,
            UseChunkEncoding = options.UseChunkEncoding,
        };
        return (await calls.RunAsync($"store part {number} of {key}", (s3, limit) => s3.UploadPartAsync(part, limit), cancellation)).ETag;
    }

    private async Task TakeBackAsync(string key, string uploadId)
    {
        // A token of its own: the upload may fail because the caller's was cancelled.
        using var late = new CancellationTokenSource(LateTime);
        try
        {
            await SendAbortAsync(key, uploadId, late.Token);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            // Not thrown: the error that led here says more. The store is away, or it has completed the upload and knows it no longer.
            LogAbortFailed(e, uploadId, key);
        }
    }

    private Task<AbortMultipartUploadResponse> SendAbortAsync(string key, string uploadId, CancellationToken cancellation)
    {
        var abort = new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = uploadId };
        return calls.RunAsync($"abort {key}", (s3, token) => s3.AbortMultipartUploadAsync(abort, token), cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "The parts of upload {uploadId} of {key} could not be taken back; the collector will.")]
    private partial void LogAbortFailed(Exception fault, string uploadId, string key);
}
