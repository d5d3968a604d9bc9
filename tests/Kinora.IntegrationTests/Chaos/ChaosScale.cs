namespace Kinora.IntegrationTests.Chaos;

/// <summary>
/// How much of the chaos suites runs, by KINORA_CHAOS in the environment: "full" (./kinora test --chaos), "turns" (./kinora test) the short
/// form of one suite of each kind, else the short form of whichever are chosen.
/// </summary>
public static class ChaosScale
{
    public const string Variable = "KINORA_CHAOS";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

    /// <summary>See <see cref="ChaosTurns"/>.</summary>
    public static bool HasTurns { get; } = Environment.GetEnvironmentVariable(Variable) == "turns";

    public static int Of(int brief, int full) => IsFull ? full : brief;

    /// <summary>All of them, or in the short form a few, others at each run; a failed test says which.</summary>
    /// <param name="name">What to call one of them.</param>
    public static IReadOnlyList<T> Draw<T>(IEnumerable<T> all, Func<T, string> name, int brief = 1)
    {
        T[] drawn = [.. all];
        if (IsFull)
        {
            return drawn;
        }

        Random.Shared.Shuffle(drawn);
        TestContext.Current.TestOutputHelper?.WriteLine($"Drawn of {drawn.Length}: {string.Join("; ", drawn[..brief].Select(name))}");
        return drawn[..brief];
    }
}
