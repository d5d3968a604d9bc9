using Kinora.Benchmarks.Harness;

namespace Kinora.Tests.Benchmarks;

public sealed class StatisticsTests
{
    private static readonly Metric Time = new("time", "s");
    private static readonly Metric OtherTime = new("other time", "s");

    [Theory]
    [InlineData(new[] { 3.0 }, 3.0)]
    [InlineData(new[] { 9.0, 1.0, 5.0 }, 5.0)]
    [InlineData(new[] { 4.0, 1.0, 2.0, 100.0 }, 3.0)]
    public void The_median_is_in_the_middle_whatever_the_order(double[] values, double median) =>
        Assert.Equal(median, Statistics.Median(values));

    [Theory]
    [InlineData(0.5, 5.0)]
    [InlineData(0.99, 10.0)]
    [InlineData(0.1, 1.0)]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 10.0)]
    public void A_percentile_is_one_of_the_values(double share, double expected) =>
        Assert.Equal(expected, Statistics.Percentile(Enumerable.Range(1, 10).Reverse().Select(n => (double)n), share));

    [Fact]
    public void Nothing_has_no_median()
    {
        Assert.Throws<ArgumentException>(() => Statistics.Median([]));
        Assert.Throws<ArgumentException>(() => Statistics.Percentile([], 0.5));
    }

    [Fact]
    public void A_spread_reaches_from_the_lowest_to_the_highest() =>
        Assert.Equal(new Spread(2, 1, 30), Spread.Of([2, 30, 1]));

    [Fact]
    public void A_ratio_is_that_of_the_medians_not_the_median_of_ratios()
    {
        var result = new Comparison("a / b", "a", "b", Time).Evaluate(Runs(a: [10, 20, 900], b: [4, 2, 1]));

        Assert.Equal(10, result.Value);
        Assert.Equal(new Spread(20, 10, 900), result.Of);
        Assert.Equal(new Spread(2, 1, 4), result.To);
        Assert.Equal(3, result.Rounds);
    }

    [Fact]
    public void Of_several_metrics_it_is_the_median_of_their_ratios()
    {
        var comparison = new Comparison("a / b", "a", "b", [Time, OtherTime]);

        // 5 of the one, and 5 times 10 of the other.
        var result = comparison.Evaluate(Runs(a: [10], b: [2], scaleOfOther: 10));

        Assert.Equal((5 + 50) / 2.0, result.Value);
    }

    [Fact]
    public void A_difference_is_that_of_the_medians()
    {
        var result = Comparison.Difference("a - b", "a", "b", Time).Evaluate(Runs(a: [0.98, 0.99, 0.1], b: [0.99, 1, 0.991]));

        Assert.Equal(-0.011, result.Value, precision: 9);
        Assert.Equal(new Spread(0.991, 0.99, 1), result.To);
    }

    [Fact]
    public void A_value_is_the_median_of_one_contender()
    {
        var result = (Comparison.Value("a", "a", Time) with { Goal = Goal.AtMost(2) }).Evaluate(Runs(a: [1, 3, 2], b: []));

        Assert.Equal(2, result.Value);
        Assert.Null(result.To);
        Assert.True(result.IsKept);
    }

    [Theory]
    [InlineData(5.0, true)]
    [InlineData(4.99, false)]
    public void A_goal_of_at_least_is_kept_from_there_on(double ratio, bool isKept) => Assert.Equal(isKept, Goal.AtLeast(5).IsKeptBy(ratio));

    [Theory]
    [InlineData(0.02, true)]
    [InlineData(0.021, false)]
    public void A_goal_of_at_most_is_kept_up_to_there(double ratio, bool isKept) => Assert.Equal(isKept, Goal.AtMost(0.02).IsKeptBy(ratio));

    private static Func<string, IReadOnlyList<Measured>> Runs(double[] a, double[] b, double scaleOfOther = 1) => name =>
    [
        .. (name == "a" ? a : b).Select(value => new Measured(
            new Dictionary<Metric, double> { [Time] = value, [OtherTime] = name == "a" ? value * scaleOfOther : value }, [])),
    ];
}
