using System.Globalization;

namespace Kinora.Benchmarks.Harness;

/// <summary>One figure of a suite, out of the medians of a contender or of two. Of several metrics (a file each) it is the median of theirs.</summary>
/// <param name="Name">Unique in its suite; the first cell of its row.</param>
/// <param name="Of">The contender whose value is divided, or from whose value is taken.</param>
/// <param name="To">The one by whose value, or whose value; null: the figure is <paramref name="Of"/>'s own.</param>
internal sealed record Comparison(string Name, Figure Figure, string Of, string? To, IReadOnlyList<Metric> Metrics)
{
    /// <summary>A ratio.</summary>
    public Comparison(string name, string of, string to, IReadOnlyList<Metric> metrics)
        : this(name, Figure.Ratio, of, to, metrics)
    {
    }

    /// <inheritdoc cref="Comparison(string, string, string, IReadOnlyList{Metric})"/>
    public Comparison(string name, string of, string to, Metric metric)
        : this(name, Figure.Ratio, of, to, [metric])
    {
    }

    public Goal? Goal { get; init; }

    /// <summary>Shown on the screen and as JSON, but not in the page.</summary>
    public bool IsDetail { get; init; }

    public static Comparison Difference(string name, string of, string to, Metric metric) => new(name, Figure.Difference, of, to, [metric]);

    public static Comparison Value(string name, string of, Metric metric) => new(name, Figure.Value, of, null, [metric]);

    /// <param name="rounds">The runs of a contender, by its name.</param>
    public ComparisonResult Evaluate(Func<string, IReadOnlyList<Measured>> rounds)
    {
        var of = rounds(Of);
        var to = To is null ? null : rounds(To);
        return new ComparisonResult(
            this, Statistics.Median(Metrics.Select(m => FigureOf(of, to, m))), SpreadOf(of), to is null ? null : SpreadOf(to), of.Count);
    }

    private static double MedianOf(IEnumerable<Measured> rounds, Metric metric) => Statistics.Median(rounds.Select(r => r.Values[metric]));

    private double FigureOf(IReadOnlyList<Measured> of, IReadOnlyList<Measured>? to, Metric metric) => Figure switch
    {
        Figure.Ratio => MedianOf(of, metric) / MedianOf(to!, metric),
        Figure.Difference => MedianOf(of, metric) - MedianOf(to!, metric),
        _ => MedianOf(of, metric),
    };

    /// <summary>Over the rounds; of several metrics over these.</summary>
    private Spread SpreadOf(IReadOnlyList<Measured> rounds) => Metrics is [var metric]
        ? Spread.Of(rounds.Select(r => r.Values[metric]))
        : Spread.Of(Metrics.Select(m => MedianOf(rounds, m)));
}

/// <summary>What a comparison says.</summary>
internal enum Figure
{
    /// <summary>How many times the one's value is the other's: says most of what depends on the machine.</summary>
    Ratio,

    /// <summary>By how much the one's value is more than the other's: of what is a share of something itself.</summary>
    Difference,

    /// <summary>The one's value alone: of what is promised in seconds.</summary>
    Value,
}

/// <summary>What a comparison came to.</summary>
/// <param name="Value">In <see cref="Unit"/>, unless it is a ratio.</param>
/// <param name="To">Null: there is no other.</param>
internal sealed record ComparisonResult(Comparison Comparison, double Value, Spread Of, Spread? To, int Rounds)
{
    public string Unit => Comparison.Metrics[0].Unit;

    /// <summary>Null: nothing is promised.</summary>
    public bool? IsKept => Comparison.Goal?.IsKeptBy(Value);
}

/// <summary>What a figure is to be.</summary>
internal sealed record Goal(double Limit, bool IsLeast)
{
    public static Goal AtLeast(double limit) => new(limit, IsLeast: true);

    public static Goal AtMost(double limit) => new(limit, IsLeast: false);

    public bool IsKeptBy(double value) => IsLeast ? value >= Limit : value <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLeast ? "at least" : "at most")} {Limit}");
}
