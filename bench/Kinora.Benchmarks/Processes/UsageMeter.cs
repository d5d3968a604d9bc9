using System.Diagnostics;
using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Processes;

/// <summary>
/// Measures a piece of work with all processes that take part in it. CPU time is the difference of two looks at the whole tree, in which
/// the time of a child that ends becomes its parent's: exact to a tick for each process. Memory is sampled.
/// </summary>
/// <param name="countsThisProcess">This program does a part of the contender's work itself, rather than only starting others.</param>
internal sealed class UsageMeter(bool countsThisProcess)
{
    /// <summary>Short, so that a process of 50 ms is met near its end; longer than ten times what a look takes.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public Task<Measured> MeasureAsync(Func<Task> work) => MeasureAsync(async () =>
    {
        await work();
        return new Dictionary<Metric, double>();
    });

    /// <param name="work">When it returns, the processes that it started must have ended, or go on living beyond the measurement.</param>
    public async Task<Measured> MeasureAsync(Func<Task<Dictionary<Metric, double>>> work)
    {
        ProcessTree.ResetPeaks();
        var usage = new UsageSamples(countsThisProcess, ProcessTree.Read());
        using var stop = new CancellationTokenSource();
        var sampling = Task.Run(() => SampleAsync(usage, stop.Token), CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        Dictionary<Metric, double> values;
        TimeSpan elapsed;
        try
        {
            values = await work();
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        finally
        {
            await stop.CancelAsync();
            await sampling;
        }

        var processes = usage.Conclude(ProcessTree.Read());
        values[Metric.Wall] = elapsed.TotalSeconds;
        values[Metric.Cpu] = processes.Sum(p => p.CpuSeconds);
        return new Measured(values, processes);
    }

    private static async Task SampleAsync(UsageSamples usage, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                usage.Add(ProcessTree.Read());
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }
}
