namespace Kinora.IntegrationTests.Chaos;

/// <summary>How much of the chaos suite runs: a short form with <c>./kinora test</c>, the whole of it with <c>./kinora test --chaos</c>.</summary>
public static class ChaosScale
{
    /// <summary>Set by <c>--chaos</c>.</summary>
    public const string Variable = "KINORA_CHAOS";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

    public static int Of(int brief, int full) => IsFull ? full : brief;
}
