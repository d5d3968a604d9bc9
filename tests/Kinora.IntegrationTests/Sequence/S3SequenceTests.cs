using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Sequence;

public sealed class S3SequenceTests(KinoraFixture fixture, SwiftServer swift) : SequenceContract
{
    protected override Task<Deployment> DeploymentAsync() => fixture.OnS3Async(swift);
}
