namespace Kinora.Core.Jobs;

/// <summary>Exponential backoff with full jitter on its upper half, so that jobs that failed together do not come back together.</summary>
public static class Backoff
{
    /// <param name="attempts">Attempts made so far, 1 or more.</param>
    public static TimeSpan After(int attempts, JobOptions options, Random random)
    {
        var full = options.BackoffBase * Math.Pow(2, Math.Min(attempts - 1, 20));
        var capped = full < options.BackoffMax ? full : options.BackoffMax;
        return capped * (0.5 + (random.NextDouble() / 2));
    }
}
