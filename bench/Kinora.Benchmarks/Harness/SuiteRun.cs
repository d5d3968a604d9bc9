using System.Globalization;

namespace Kinora.Benchmarks.Harness;

/// <summary>
/// The contenders of a suite in turn, round by round, in the opposite order each time: what the machine does beside, and what one leaves
/// in its caches, then falls on all of them.
/// </summary>
internal sealed class SuiteRun(int rounds, Scale scale, TextWriter output)
{
    public async Task<SuiteResult> RunAsync(ISuite suite, CancellationToken cancellation)
    {
        await output.WriteLineAsync($"== {suite.Name}: {suite.Summary}");
        var folder = Directory.CreateTempSubdirectory("kinora-bench-").FullName;
        try
        {
            await using var contest = await suite.PrepareAsync(scale, folder, cancellation);
            var runs = contest.Contenders.ToDictionary(c => c.Name, _ => new List<Measured>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var contender in round % 2 == 0 ? contest.Contenders : contest.Contenders.Reverse())
                {
                    cancellation.ThrowIfCancellationRequested();
                    var measured = await contender.RunAsync(cancellation);
                    runs[contender.Name].Add(measured);
                    await output.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"round {round + 1} of {rounds}: {contender.Name}, {measured.Values[Metric.Wall]:0.00} s, {measured.Values[Metric.Cpu]:0.00} s of CPU"));
                }
            }

            return new SuiteResult(
                suite.Name,
                [.. contest.Comparisons.Select(c => c.Evaluate(name => runs[name]))],
                [.. contest.Contenders.Select(c => new ContenderResult(c.Name, runs[c.Name]))]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

internal sealed record SuiteResult(string Suite, IReadOnlyList<ComparisonResult> Comparisons, IReadOnlyList<ContenderResult> Contenders);

internal sealed record ContenderResult(string Name, IReadOnlyList<Measured> Rounds)
{
    /// <summary>Of each process the median of its CPU time, and the highest of its peaks: memory must be there for the worst run.</summary>
    public IReadOnlyList<ProcessUsage> Processes =>
    [
        .. Rounds.SelectMany(r => r.Processes).GroupBy(p => p.Name).Select(g => new ProcessUsage(
            g.Key, Statistics.Median(g.Select(p => p.CpuSeconds)), g.Max(p => p.PeakBytes))),
    ];
}
