using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Reports;
using Kinora.Benchmarks.Suites.FirstFrames;
using Kinora.Benchmarks.Suites.Jobs;
using Kinora.Benchmarks.Suites.Ladders;
using Kinora.Benchmarks.Suites.Probing;
using Kinora.Benchmarks.Suites.Spans;
using Kinora.Benchmarks.Suites.Storyboards;
using Kinora.Benchmarks.Suites.Workers;
using Kinora.Cli;

namespace Kinora.Benchmarks;

/// <summary>The suites that were asked for, one after the other. What each found is kept at once: the next one may take an hour.</summary>
internal static class BenchProgram
{
    private static readonly ISuite[] Suites =
    [
        new ProbeSuite(), new JobsSuite(), new StoryboardSuite(), new LadderSuite(), new FirstFrameSuite(), new WorkersSuite(), new SpansSuite(),
    ];

    /// <returns>The exit code: 1 when a suite was refused or failed. A figure that is not as wanted is a result, no failure.</returns>
    public static async Task<int> RunAsync(BenchSelection selection, CancellationToken cancellation)
    {
        if (selection.Names.Except(Suites.Select(s => s.Name)).FirstOrDefault() is { } unknown)
        {
            throw new CommandFailure($"no suite has the name {unknown}: there are {string.Join(", ", Suites.Select(s => s.Name))}.", CommandFailure.BadUsage);
        }

        var machine = await Machine.ReadAsync(cancellation);
        var results = new List<SuiteResult>();
        var isWhole = true;
        foreach (var suite in Suites.Where(s => selection.Names.Count == 0 || selection.Names.Contains(s.Name)))
        {
            if (await TryRunAsync(suite, selection, cancellation) is not { } result)
            {
                isWhole = false;
                continue;
            }

            results.Add(result);
            await ReportAsync(result, results, machine, selection, cancellation);
        }

        return isWhole ? 0 : CommandFailure.Failed;
    }

    /// <returns>Null: the suite could not be run, and the reason was said.</returns>
    private static async Task<SuiteResult?> TryRunAsync(ISuite suite, BenchSelection selection, CancellationToken cancellation)
    {
        string[] missing = [.. suite.Programs.Where(p => !Tool.Exists(p))];
        if (missing.Length > 0)
        {
            await Console.Error.WriteLineAsync($"kinora bench: {suite.Name} is not run: it needs {string.Join(" and ", missing)}, not found in PATH.");
            return null;
        }

        try
        {
            return await new SuiteRun(selection.Rounds, selection.Scale, Console.Out).RunAsync(suite, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"kinora bench: {suite.Name} failed: {e.Message}");
            return null;
        }
    }

    private static async Task ReportAsync(
        SuiteResult result, IEnumerable<SuiteResult> all, Machine machine, BenchSelection selection, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var date = DateOnly.FromDateTime(now.UtcDateTime);
        await Console.Out.WriteLineAsync($"\n{string.Join('\n', ResultTables.Of(result, date, withDetails: true))}");
        if (selection.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, JsonReport.Write(machine, now, all), cancellation);
        }

        if (selection.WritesPage)
        {
            var page = Path.Combine(Installation.Root, "docs", "benchmarks.md");
            var text = await File.ReadAllTextAsync(page, cancellation);
            text = BenchmarksPage.Merge(text, machine.Describe(date), ResultTables.Of(result, date, withDetails: false));
            await File.WriteAllTextAsync(page, text, cancellation);
        }
    }
}
