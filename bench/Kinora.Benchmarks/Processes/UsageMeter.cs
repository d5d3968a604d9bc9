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
        var sampler = new TreeSampler(usage.Add);
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
            sampler.Dispose();
        }

        var processes = usage.Conclude(WithoutCostOf(sampler, ProcessTree.Read()));
        values[Metric.Wall] = elapsed.TotalSeconds;
        values[Metric.Cpu] = processes.Sum(p => p.CpuSeconds);
        return new Measured(values, processes);
    }

    private static Dictionary<int, ProcessSample> WithoutCostOf(TreeSampler sampler, Dictionary<int, ProcessSample> look)
    {
        var root = look[ProcessTree.Root];
        var cost = (long)Math.Round(sampler.Cost.TotalSeconds * ProcessTimes.TicksPerSecond);
        look[ProcessTree.Root] = root with { Times = root.Times with { Own = root.Times.Own - cost } };
        return look;
    }
}
