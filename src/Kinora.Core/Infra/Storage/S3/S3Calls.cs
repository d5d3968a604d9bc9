using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Kinora.Core.Infra.Storage.S3;

/// <summary>The one way to the store: every call gets its time-out, and every fault becomes a <see cref="StorageException"/>.</summary>
internal sealed class S3Calls(IAmazonS3 client, S3StorageOptions options)
{
    private volatile bool _bucketExists = !options.CreateBucket;

    public async Task<T> RunAsync<T>(string what, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        if (!_bucketExists)
        {
            await LimitAsync("create the bucket", CreateBucketAsync, cancellation);
            _bucketExists = true;
        }

        return await LimitAsync(what, call, cancellation);
    }

    private async Task<T> LimitAsync<T>(string what, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Timeout);
        try
        {
            return await call(client, limit.Token);
        }
        catch (Exception e) when (IsFault(e))
        {
            cancellation.ThrowIfCancellationRequested();
            var reason = (e as AmazonServiceException)?.ErrorCode is { Length: > 0 } code ? code : e.Message;
            throw new StorageException(
                limit.IsCancellationRequested ? $"S3 could not {what} within {options.Timeout}." : $"S3 could not {what}: {reason}", e)
            {
                IsFull = e is AmazonServiceException { StatusCode: HttpStatusCode.InsufficientStorage },
            };
        }
    }

    // IOException: connections that break in mid-body; XmlException: an answer that is none of S3's, from a proxy for example.
    private static bool IsFault(Exception e) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException
            or TimeoutException or XmlException;

    private async Task<bool> CreateBucketAsync(IAmazonS3 s3, CancellationToken cancellation)
    {
        try
        {
            await s3.PutBucketAsync(new PutBucketRequest { BucketName = options.Bucket }, cancellation);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
            // Somebody else's bucket shows itself at the call that follows.
        }

        return true;
    }
}
