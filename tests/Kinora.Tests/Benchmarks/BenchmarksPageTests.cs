using System.Text.Json.Nodes;
using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Reports;

namespace Kinora.Tests.Benchmarks;

public sealed class BenchmarksPageTests
{
    private const string Empty = $"# Benchmarks\n\n{BenchmarksPage.Begin}\n\n{BenchmarksPage.End}\n\nThe end.\n";

    private static readonly string[] Columns = ["compared", "ratio"];

    [Fact]
    public void An_empty_page_gets_the_machine_and_the_tables() => Assert.Equal(
        $"""
        # Benchmarks

        {BenchmarksPage.Begin}

        2 cores.

        ### jobs: results

        | compared | ratio |
        | --- | --- |
        | a / b | 2 |

        {BenchmarksPage.End}

        The end.

        """,
        BenchmarksPage.Merge(Empty, "2 cores.", [new Table("jobs: results", Columns, [["a / b", "2"]])]));

    [Fact]
    public void A_table_replaces_its_like_and_leaves_the_others()
    {
        var page = BenchmarksPage.Merge(
            Empty, "Old.", [new Table("probe: results", Columns, [["x", "1"], ["y", "2"]]), new Table("spans: results", Columns, [["z", "5"]])]);

        page = BenchmarksPage.Merge(page, "New.", [new Table("jobs: results", Columns, [["x", "3"]]), new Table("probe: results", Columns, [["x", "4"]])]);

        Assert.DoesNotContain("Old.", page);
        Assert.Contains("\nNew.\n\n### jobs: results\n\n| compared | ratio |\n| --- | --- |\n| x | 3 |\n\n### probe: results\n", page);
        Assert.Contains("| x | 4 |\n\n", page);
        Assert.Contains("| z | 5 |\n", page);
        Assert.DoesNotContain("| y |", page);
    }

    [Fact]
    public void The_same_result_again_changes_nothing()
    {
        Table[] tables = [new("probe: results", Columns, [["x", "1"]])];
        var page = BenchmarksPage.Merge(Empty, "2 cores.", tables);

        Assert.Equal(page, BenchmarksPage.Merge(page, "2 cores.", tables));
    }

    [Fact]
    public void A_page_without_its_marks_is_not_touched() =>
        Assert.Throws<InvalidOperationException>(() => BenchmarksPage.Merge("# Benchmarks\n", "2 cores.", []));

    [Fact]
    public void The_page_of_this_repository_has_its_marks()
    {
        var page = Repository.Read("docs/benchmarks.md");

        Assert.StartsWith(page.Split(BenchmarksPage.Begin)[0], BenchmarksPage.Merge(page, "2 cores.", []));
    }

    [Fact]
    public void A_result_is_told_with_three_digits_and_with_what_was_wanted()
    {
        var comparison = new Comparison("a / b", "a", "b", Metric.Wall) { Goal = Goal.AtLeast(5) };
        var result = new SuiteResult(
            "probe",
            [new ComparisonResult(comparison, 4.9876, new Spread(12.345, 1.2345, 1234.5), new Spread(0, 0, 0.00012345), 5)],
            [new ContenderResult("a", [Round(1, 10), Round(3, 30), Round(2, 20)])]);

        var tables = ResultTables.Of(result, new DateOnly(2026, 11, 27), withDetails: false).ToList();

        Assert.Equal(
            ["a / b", "4.99", "at least 5: missed", "12.3 s (1.23 to 1234)", "0 s (0 to 0.00012)", "5", "2026-11-27"], Assert.Single(tables[0].Rows));
        Assert.Equal(["a: ffmpeg", "2.00 s", "30 MB", "3", "2026-11-27"], Assert.Single(tables[1].Rows));
    }

    [Fact]
    public void A_value_bears_its_unit_and_has_no_other()
    {
        var result = new SuiteResult(
            "first-frame",
            [
                new ComparisonResult(
                    Comparison.Value("first frame", "a", Metric.Wall) with { Goal = Goal.AtMost(2) }, 2.5, new Spread(2.5, 2, 3), null, 5),
                new ComparisonResult(
                    Comparison.Difference("SSIM", "a", "b", new Metric("SSIM", "")) with { Goal = Goal.AtLeast(-0.001) },
                    -0.000123,
                    new Spread(0.99, 0.99, 0.99),
                    new Spread(0.98, 0.98, 0.98),
                    5),
            ],
            []);

        var table = ResultTables.Of(result, new DateOnly(2026, 11, 27), withDetails: false).First();

        Assert.Equal("first-frame: results", table.Title);
        Assert.Equal(["first frame", "2.50 s", "at most 2 s: missed", "2.50 s (2.00 to 3.00)", "", "5", "2026-11-27"], table.Rows[0]);
        Assert.Equal(
            ["SSIM", "-0.00012", "at least -0.001", "0.990 (0.990 to 0.990)", "0.980 (0.980 to 0.980)", "5", "2026-11-27"], table.Rows[1]);
    }

    [Fact]
    public void Json_tells_which_kind_of_figure_a_result_is()
    {
        var value = new ComparisonResult(Comparison.Value("first frame", "a", Metric.Wall), 2.5, new Spread(2.5, 2, 3), null, 5);
        var ratio = new ComparisonResult(new Comparison("a / b", "a", "b", Metric.Wall), 2, new Spread(4, 4, 4), new Spread(2, 2, 2), 5);
        var machine = new Machine(2, "some processor", 8, new Dictionary<string, string>());

        var json = JsonNode.Parse(JsonReport.Write(machine, DateTimeOffset.UnixEpoch, [new SuiteResult("jobs", [value, ratio], [])]))!;

        var comparisons = json["suites"]![0]!["comparisons"]!;
        Assert.Equal("value", (string?)comparisons[0]!["figure"]);
        Assert.Equal(2.5, (double)comparisons[0]!["result"]!);
        Assert.Null(comparisons[0]!["toSpread"]);
        Assert.Equal("ratio", (string?)comparisons[1]!["figure"]);
        Assert.Equal(2, (double)comparisons[1]!["toSpread"]!["median"]!);
    }

    private static Measured Round(double cpu, long megabytes) =>
        new(new Dictionary<Metric, double>(), [new ProcessUsage("ffmpeg", cpu, megabytes * 1_000_000)]);
}
