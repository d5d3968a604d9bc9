namespace Kinora.IntegrationTests.Sequence;

/// <summary>
/// Tests that start a whole Kinora, one after the other and beside no others: each fills the machine with processes of its own, and leases
/// and time-outs are real.
/// </summary>
[CollectionDefinition("deployments", DisableParallelization = true)]
public sealed class DeploymentCollection;
