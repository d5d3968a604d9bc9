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

    protected override async Task<int> CountUnfinishedAsync(string key)
    {
        using var client = S3Client.Create(await swift.BucketAsync(Bucket));
        var uploads = await client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = key }, Cancellation);
        return uploads.MultipartUploads?.Count ?? 0;
    }
}
