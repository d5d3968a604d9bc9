namespace Kinora.IntegrationTests.Sequence;

/// <summary>
/// Tests of a whole Kinora that run one after the other and beside no others: each fills the machine with processes of its own, and leases
/// and time-outs are real, or the Kinora is one that they share. Those that only ask what comes out in the end need not be of them.
/// </summary>
[CollectionDefinition("deployments", DisableParallelization = true)]
public sealed class DeploymentCollection;
