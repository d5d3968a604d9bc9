namespace Kinora.IntegrationTests.Sequence;

[Collection("deployments")]
public sealed class FolderSequenceTests(KinoraFixture fixture) : SequenceContract
{
    protected override Task<Deployment> DeploymentAsync() => fixture.OnFolderAsync();
}
