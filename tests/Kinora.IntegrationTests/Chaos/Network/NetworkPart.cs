namespace Kinora.IntegrationTests.Chaos.Network;

/// <summary>What a <see cref="NetworkHost"/> reaches over a wire of its own.</summary>
public enum NetworkPart
{
    Postgres,
    Redis,
    Storage,

    /// <summary>From the test to the host: health.</summary>
    Health,
}
