using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Storage.S3;

/// <summary>Objects in a bucket of AWS S3 or of a store that speaks its API (MinIO, Swift, Ceph and the like).</summary>
public sealed class S3ObjectStore : IObjectStore, IObjectParts, IDisposable
{
    /// <summary>S3's limit for one DeleteObjects.</summary>
    private const int KeysPerDelete = 1000;

    private const int SingleDeletesAtOnce = 8;

    private readonly S3StorageOptions _options;
    private readonly AmazonS3Client _client;
    private readonly S3Calls _calls;
    private readonly S3MultipartUpload _multipart;

    public S3ObjectStore(S3StorageOptions options, ILogger<S3ObjectStore> logger)
    {
        _options = options;
        _client = S3Client.Create(options);
        _calls = new S3Calls(_client, options);
        _multipart = new S3MultipartUpload(_calls, options, logger);
    }

    public async Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        var length = content.Length;
        var etag = length > _options.PartSizeBytes
            ? await _multipart.SendAsync(key, path, length, contentType, cancellation)
            : await PutAsync(key, content, contentType, cancellation);
        await CheckStoredAsync(key, length, etag, cancellation);
    }

    public async Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        var etag = await PutAsync(key, BytesStream.Over(content), contentType, cancellation);
        await CheckStoredAsync(key, content.Length, etag, cancellation);
    }

    public async Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        if (length == 0)
        {
            return await OpenEmptyAsync(key, cancellation);
        }

        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key };
        if (offset > 0 || length is not null)
        {
            // A last byte past the end is allowed (RFC 9110 section 14.1.2) and cut by the store.
            var last = length is { } wanted && wanted <= long.MaxValue - offset ? $"{offset + wanted - 1}" : "";
            request.ByteRange = new ByteRange($"bytes={offset}-{last}");
        }

        try
        {
            var response = await _calls.RunAsync($"open {key}", (s3, token) => s3.GetObjectAsync(request, token), cancellation);
            return Open(key, offset, length, response);
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception
        {
            StatusCode: HttpStatusCode.NotFound,
            ErrorCode: not "NoSuchBucket",
        })
        {
            return null;
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return await OpenEmptyAsync(key, cancellation);
        }
    }

    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        var head = await GetMetadataAsync(key, cancellation);
        return head is null ? null : new ObjectInfo(key, head.ContentLength, S3Time.AsUtc(head.LastModified));
    }

    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        foreach (var key in keys)
        {
            ObjectKey.Check(key);
        }

        // A store that knows no checksums wants Content-MD5 with a batch, which the SDK does not send any more.
        if (_options.ChecksumMode == S3ChecksumMode.WhenRequired)
        {
            await Parallel.ForEachAsync(
                keys,
                new ParallelOptions { MaxDegreeOfParallelism = SingleDeletesAtOnce, CancellationToken = cancellation },
                async (key, token) => await _calls.RunAsync(
                    $"delete {key}", (s3, limit) => s3.DeleteObjectAsync(_options.Bucket, key, limit), token));
            return;
        }

        foreach (var page in keys.Chunk(KeysPerDelete))
        {
            var request = new DeleteObjectsRequest
            {
                BucketName = _options.Bucket,
                Objects = [.. page.Select(key => new KeyVersion { Key = key })],
                Quiet = true,
            };
            var response = await _calls.RunAsync("delete a page of objects", (s3, token) => s3.DeleteObjectsAsync(request, token), cancellation);
            if (response.DeleteErrors is [var first, ..])
            {
                throw new StorageException($"S3 could not delete {first.Key}: {first.Code}");
            }
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ObjectKey.CheckPrefix(prefix);
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix };
        do
        {
            var page = await _calls.RunAsync($"list {prefix}", (s3, token) => s3.ListObjectsV2Async(request, token), cancellation);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new ObjectInfo(item.Key, item.Size ?? 0, S3Time.AsUtc(item.LastModified));
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        _multipart.ListAsync(before, cancellation);

    public Task AbortAsync(UnfinishedPut put, CancellationToken cancellation) => _multipart.AbortAsync(put, cancellation);

    public Task<string> BeginAsync(string key, string contentType, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        return _multipart.BeginAsync(key, contentType, cancellation);
    }

    public Task<string> PutPartAsync(string key, string id, ObjectPart part, string path, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        return _multipart.PutPartAsync(key, id, part.Number, path, cancellation);
    }

    public async Task CompleteAsync(string key, string id, IReadOnlyList<string> tags, long length, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        string? etag;
        try
        {
            etag = await _multipart.CompleteAsync(key, id, tags, length, cancellation);
        }
        catch (StorageException e) when (S3MultipartUpload.IsUnknown(e))
        {
            // Completed before, by a call whose answer was lost; or it was taken back, which the look at the object tells.
            etag = null;
        }

        await CheckStoredAsync(key, length, etag, cancellation);
    }

    public Task PingAsync(CancellationToken cancellation) =>
        _calls.RunAsync("reach the bucket", (s3, token) => s3.HeadBucketAsync(new HeadBucketRequest { BucketName = _options.Bucket }, token), cancellation);

    public void Dispose() => _client.Dispose();

    // Stores do not agree on the quotes of an ETag in a header and in XML.
    private static string? Bare(string? etag) => etag?.Trim('"');

    private ObjectContent Open(string key, long offset, long? length, GetObjectResponse response)
    {
        // A store that ignores or mistakes the range would pass for the right bytes otherwise.
        var range = ContentRangeHeaderValue.TryParse(response.ContentRange, out var parsed) ? parsed : null;
        var total = range?.Length ?? response.ContentLength;
        var expected = Math.Min(length ?? long.MaxValue, total - offset);
        if ((range?.From ?? 0) != offset || response.ContentLength != expected)
        {
            response.Dispose();
            throw new StorageException($"S3 answered another range of {key} than was asked for.");
        }

        var stream = new ObjectReadStream(key, response.ResponseStream, expected, _options.Timeout)
        {
            EndsWithInner = true,
            Owner = response,
        };
        return new ObjectContent(stream, expected, total);
    }

    private async Task<ObjectContent?> OpenEmptyAsync(string key, CancellationToken cancellation) =>
        await GetMetadataAsync(key, cancellation) is { } head ? new ObjectContent(Stream.Null, 0, head.ContentLength) : null;

    private async Task<GetObjectMetadataResponse?> GetMetadataAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await _calls.RunAsync(
                $"look at {key}", (s3, token) => s3.GetObjectMetadataAsync(_options.Bucket, key, token), cancellation);
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    private async Task<string?> PutAsync(string key, Stream content, string contentType, CancellationToken cancellation)
    {
        var request = new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = key,
            ContentType = contentType,
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = _options.UseChunkEncoding,
        };
        return (await _calls.RunAsync($"store {key}", (s3, token) => s3.PutObjectAsync(request, token), cancellation)).ETag;
    }

    /// <summary>
    /// Asks the store what it has. Another ETag means that somebody replaced the object since: theirs to check. No ETag at all is how
    /// Swift answers a put that lost against a newer one (its proxy turns the 409 into a 202): then the length has to be right.
    /// </summary>
    private async Task CheckStoredAsync(string key, long length, string? etag, CancellationToken cancellation)
    {
        var head = await GetMetadataAsync(key, cancellation);
        if (head is null || (head.ContentLength != length && (etag is null || Bare(head.ETag) == Bare(etag))))
        {
            throw new StorageException($"S3 holds {head?.ContentLength ?? 0} bytes of {key} instead of {length}.");
        }
    }
}
