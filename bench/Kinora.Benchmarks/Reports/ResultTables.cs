using System.Globalization;
using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Reports;

/// <summary>What people read of a suite's result: its figures, and what each process used.</summary>
internal static class ResultTables
{
    public static readonly string[] FigureColumns = ["compared", "result", "wanted", "the one, median (spread)", "the other", "rounds", "date"];
    public static readonly string[] ProcessColumns = ["process", "CPU, median", "peak memory", "rounds", "date"];

    /// <param name="withDetails">Also what the page does not show.</param>
    public static IEnumerable<Table> Of(SuiteResult result, DateOnly date, bool withDetails)
    {
        var day = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        yield return new Table(
            $"{result.Suite}: results",
            FigureColumns,
            [.. result.Comparisons.Where(c => withDetails || !c.Comparison.IsDetail).Select(c => FigureRow(c, day))]);
        yield return new Table(
            $"{result.Suite}: processes",
            ProcessColumns,
            [.. result.Contenders.SelectMany(c => c.Processes.Select(p => ProcessRow(c, p, day)))]);
    }

    private static string[] FigureRow(ComparisonResult result, string day) =>
    [
        result.Comparison.Name,
        Quantity(result.Value, UnitOf(result)),
        result.Comparison.Goal is { } goal ? $"{Wanted(goal, UnitOf(result))}{(result.IsKept == true ? "" : ": missed")}" : "",
        Text(result.Of, result.Unit),
        result.To is { } other ? Text(other, result.Unit) : "",
        $"{result.Rounds}",
        day,
    ];

    private static string[] ProcessRow(ContenderResult contender, ProcessUsage process, string day) =>
    [
        $"{contender.Name}: {process.Name}",
        string.Create(CultureInfo.InvariantCulture, $"{process.CpuSeconds:0.00} s"),
        string.Create(CultureInfo.InvariantCulture, $"{process.PeakBytes / 1e6:0} MB"),
        $"{contender.Rounds.Count}",
        day,
    ];

    /// <summary>A ratio has none.</summary>
    private static string UnitOf(ComparisonResult result) => result.Comparison.Figure == Figure.Ratio ? "" : result.Unit;

    private static string Text(Spread spread, string unit) => $"{Quantity(spread.Median, unit)} ({Number(spread.Min)} to {Number(spread.Max)})";

    private static string Wanted(Goal goal, string unit) => unit.Length == 0 ? $"{goal}" : $"{goal} {unit}";

    private static string Quantity(double value, string unit) => unit.Length == 0 ? Number(value) : $"{Number(value)} {unit}";

    /// <summary>Three digits: of five rounds no more is true.</summary>
    private static string Number(double value)
    {
        var digits = value == 0 || !double.IsFinite(value) ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 5);
        return value.ToString($"F{digits}", CultureInfo.InvariantCulture);
    }
}
