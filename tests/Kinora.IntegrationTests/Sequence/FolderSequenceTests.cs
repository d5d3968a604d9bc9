namespace Kinora.IntegrationTests.Sequence;

public sealed class FolderSequenceTests(KinoraFixture fixture) : SequenceContract
{
    protected override Task<Deployment> DeploymentAsync() => fixture.OnFolderAsync();
}
