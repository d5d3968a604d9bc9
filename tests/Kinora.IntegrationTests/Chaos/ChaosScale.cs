namespace Kinora.IntegrationTests.Chaos;

/// <summary>How much of the chaos suite runs: a short form, or the whole of it with KINORA_CHAOS=full in the environment, as ./kinora test --chaos sets it.</summary>
public static class ChaosScale
{
    public const string Variable = "KINORA_CHAOS";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

    public static int Of(int brief, int full) => IsFull ? full : brief;
}
