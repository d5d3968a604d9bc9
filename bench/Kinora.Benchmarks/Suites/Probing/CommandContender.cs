using System.Diagnostics;
using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Processes;

namespace Kinora.Benchmarks.Suites.Probing;

/// <summary>A process for each file, one after the other, from the start to the end of its output.</summary>
internal sealed class CommandContender(
    string name, IReadOnlyList<string> files, Func<string, (string Program, IReadOnlyList<string> Arguments)> command) : IContender
{
    public string Name => name;

    public Task<Measured> RunAsync(CancellationToken cancellation) => new UsageMeter(countsThisProcess: false).MeasureAsync(async () =>
    {
        var times = new Dictionary<Metric, double>();
        foreach (var file in files)
        {
            var (program, arguments) = command(file);
            var started = Stopwatch.GetTimestamp();
            await Tool.RunAsync(program, arguments, cancellation);
            times[ProbeSuite.MetricOf(file)] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return times;
    });
}
