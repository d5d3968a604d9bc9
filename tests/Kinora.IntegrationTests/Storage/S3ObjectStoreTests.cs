using Amazon.S3.Model;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kinora.IntegrationTests.Storage;

public sealed class S3ObjectStoreTests(SwiftServer swift) : ObjectStoreContract
{
    private const string Bucket = "contract";
    private string _partETag = "";

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_a_fault_and_no_missing_object()
    {
        var options = await swift.BucketAsync("nowhere");
        options.CreateBucket = false;
        using var store = new S3ObjectStore(options, NullLogger<S3ObjectStore>.Instance);

        await Assert.ThrowsAsync<StorageException>(() => store.PingAsync(Cancellation));
        await Assert.ThrowsAsync<StorageException>(() => store.OpenReadAsync(Key("a"), 0, null, Cancellation));
    }

    [Fact]
    public async Task A_wrong_secret_is_a_fault()
    {
        var options = await swift.BucketAsync(Bucket);
        options.SecretKey = "wrong";
        options.CreateBucket = false;
        using var store = new S3ObjectStore(options, NullLogger<S3ObjectStore>.Instance);

        await Assert.ThrowsAsync<StorageException>(() => store.HeadAsync(Key("a"), Cancellation));
    }

    protected override async Task<IObjectStore> OpenStoreAsync()
    {
        var options = await swift.BucketAsync(Bucket);
        options.PartSizeBytes = 5 * 1024 * 1024; // more parts from the same file
        return new S3ObjectStore(options, NullLogger<S3ObjectStore>.Instance);
    }

    [Fact]
    public async Task An_upload_that_was_completed_meanwhile_keeps_its_object()
    {
        await BeginPutAsync(Key("late"));
        var put = Assert.Single(await ListUnfinishedAsync(Key("late"), TimeSpan.FromMinutes(5)));
        using var client = S3Client.Create(await swift.BucketAsync(Bucket));
        var complete = new CompleteMultipartUploadRequest { BucketName = Bucket, Key = put.Key, UploadId = put.Id };
        complete.AddPartETags(new PartETag(1, _partETag));
        await client.CompleteMultipartUploadAsync(complete, Cancellation);

        await Store.AbortAsync(put, Cancellation);

        Assert.Equal("half"u8.ToArray(), await ReadAsync(Key("late")));
    }

    protected override async Task BeginPutAsync(string key)
    {
        // The store makes the bucket with its first call, and this may be the first test.
        await Store.PingAsync(Cancellation);
        var options = await swift.BucketAsync(Bucket);
        using var client = S3Client.Create(options);
        var upload = await client.InitiateMultipartUploadAsync(Bucket, key, Cancellation);
        using var content = new MemoryStream("half"u8.ToArray());
        var part = await client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = Bucket,
                Key = key,
                UploadId = upload.UploadId,
                PartNumber = 1,
                InputStream = content,
                UseChunkEncoding = options.UseChunkEncoding,
            },
            Cancellation);
        _partETag = part.ETag;
    }

    protected override async Task<int> CountUnfinishedAsync(string key)
    {
        using var client = S3Client.Create(await swift.BucketAsync(Bucket));
        var uploads = await client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = key }, Cancellation);
        return uploads.MultipartUploads?.Count ?? 0;
    }
}
