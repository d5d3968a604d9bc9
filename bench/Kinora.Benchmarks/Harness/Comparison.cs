using System.Globalization;

namespace Kinora.Benchmarks.Harness;

/// <summary>
/// One figure of a suite: how many times the one contender's value is the other's. Of several metrics (a file each) it is the median of
/// their ratios.
/// </summary>
/// <param name="Name">Unique in its suite; the first cell of its row.</param>
/// <param name="Of">The contender whose value is divided.</param>
/// <param name="To">The one by whose value.</param>
internal sealed record Comparison(string Name, string Of, string To, IReadOnlyList<Metric> Metrics)
{
    public Comparison(string name, string of, string to, Metric metric)
        : this(name, of, to, [metric])
    {
    }

    public Goal? Goal { get; init; }

    /// <summary>Shown on the screen and as JSON, but not in the page.</summary>
    public bool IsDetail { get; init; }

    /// <param name="rounds">The runs of a contender, by its name.</param>
    public ComparisonResult Evaluate(Func<string, IReadOnlyList<Measured>> rounds)
    {
        var (of, to) = (rounds(Of), rounds(To));
        return new ComparisonResult(
            this, Statistics.Median(Metrics.Select(m => MedianOf(of, m) / MedianOf(to, m))), SpreadOf(of), SpreadOf(to), of.Count);
    }

    private static double MedianOf(IEnumerable<Measured> rounds, Metric metric) => Statistics.Median(rounds.Select(r => r.Values[metric]));

    /// <summary>Over the rounds; of several metrics over these.</summary>
    private Spread SpreadOf(IReadOnlyList<Measured> rounds) => Metrics is [var metric]
        ? Spread.Of(rounds.Select(r => r.Values[metric]))
        : Spread.Of(Metrics.Select(m => MedianOf(rounds, m)));
}

/// <summary>What a comparison came to.</summary>
internal sealed record ComparisonResult(Comparison Comparison, double Ratio, Spread Of, Spread To, int Rounds)
{
    public string Unit => Comparison.Metrics[0].Unit;

    /// <summary>Null: nothing is promised.</summary>
    public bool? IsKept => Comparison.Goal?.IsKeptBy(Ratio);
}

/// <summary>What a ratio is to be.</summary>
internal sealed record Goal(double Limit, bool IsLeast)
{
    public static Goal AtLeast(double limit) => new(limit, IsLeast: true);

    public static Goal AtMost(double limit) => new(limit, IsLeast: false);

    public bool IsKeptBy(double ratio) => IsLeast ? ratio >= Limit : ratio <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLeast ? "at least" : "at most")} {Limit}");
}
