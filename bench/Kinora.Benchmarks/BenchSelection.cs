using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks;

/// <summary>What was asked for.</summary>
/// <param name="Names">Of suites; none: all.</param>
/// <param name="JsonFile">Null: no JSON.</param>
internal sealed record BenchSelection(IReadOnlyList<string> Names, int Rounds, string? JsonFile, bool IsBrief)
{
    public const int DefaultRounds = 5;

    public Scale Scale => new(IsBrief);

    /// <summary>A run that was cut short leaves the page as it is.</summary>
    public bool WritesPage => !IsBrief && Rounds >= DefaultRounds;
}
