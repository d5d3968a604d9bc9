namespace Kinora.Benchmarks.Harness;

/// <summary>The middle of several values and their ends. With five rounds nothing finer is worth its name.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return new Spread(Statistics.Median(all), all.Min(), all.Max());
    }
}

internal static class Statistics
{
    /// <summary>Of an even number of values the mean of the two in the middle.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? throw new ArgumentException("There is no median of nothing.", nameof(values))
            : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The smallest value that at least the share of them does not exceed: always one of them.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? throw new ArgumentException("There is no percentile of nothing.", nameof(values))
            : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
