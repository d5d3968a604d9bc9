using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

[Collection("deployments")]
public sealed class S3UrlUploadTests(SwiftServer swift) : UrlUploadContract
{
    protected override async Task<S3StorageOptions?> OpenBucketAsync() => await swift.BucketAsync($"by-url-{Guid.CreateVersion7()}");
}
