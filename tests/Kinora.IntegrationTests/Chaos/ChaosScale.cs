namespace Kinora.IntegrationTests.Chaos;

/// <summary>How much of the chaos suite runs: a short form, or the whole of it with KINORA_CHAOS=full in the environment, as ./kinora test --chaos sets it.</summary>
public static class ChaosScale
{
    public const string Variable = "KINORA_CHAOS";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

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
