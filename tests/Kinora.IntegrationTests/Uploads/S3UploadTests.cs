using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Uploads;

public sealed class S3UploadTests(SwiftServer swift) : ResumableUploadContract
{
    protected override async Task<S3StorageOptions?> OpenBucketAsync() => await swift.BucketAsync($"uploads-{Guid.CreateVersion7()}");
}
