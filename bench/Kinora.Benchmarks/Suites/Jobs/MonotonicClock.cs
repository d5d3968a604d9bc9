using System.Diagnostics;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>
/// CLOCK_MONOTONIC, by which processes of one host agree and which nobody sets: .NET's Stopwatch reads it, as process.hrtime of Node does.
/// </summary>
internal static class MonotonicClock
{
    public static long Nanoseconds => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);
}
