using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kinora.IntegrationTests.Storage;

public sealed class S3PartsTests(SwiftServer swift) : ObjectPartsContract
{
    protected override async Task<IObjectStore> OpenStoreAsync() =>
        new S3ObjectStore(await swift.BucketAsync("parts"), NullLogger<S3ObjectStore>.Instance);
}
