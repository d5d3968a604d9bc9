using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Processes;

/// <summary>From looks at the tree of processes to what each of them used between the first and the last.</summary>
internal sealed class UsageSamples(bool countsRoot, Dictionary<int, ProcessSample> before)
{
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<string, long> _peaks = [];

    public void Add(Dictionary<int, ProcessSample> sample)
    {
        foreach (var (id, process) in sample.Where(p => IsCounted(p.Key)))
        {
            // The last one: a launcher bears the name of what it becomes, but may have been seen before it was itself.
            _names[id] = process.Name;
        }

        foreach (var sum in sample.Where(p => IsCounted(p.Key)).GroupBy(p => p.Value.Name, p => p.Value.PeakBytes))
        {
            _peaks[sum.Key] = Math.Max(_peaks.GetValueOrDefault(sum.Key), sum.Sum());
        }
    }

    /// <summary>
    /// Those that live have a row of their own time. The time of those that have ended is known as a sum alone: they share a row.
    /// </summary>
    public IReadOnlyList<ProcessUsage> Conclude(Dictionary<int, ProcessSample> after)
    {
        Add(after);
        var living = after.Where(p => IsCounted(p.Key))
            .GroupBy(p => p.Value.Name)
            .Select(g => new ProcessUsage(g.Key, Seconds(g.Sum(p => p.Value.Times.Own - Before(p.Key).Own)), _peaks[g.Key]))
            .ToList();

        // What a process of before had used counts with its end into its parent's sum, and has to leave it again.
        var ended = after.Sum(p => p.Value.Times.Ended - Before(p.Key).Ended)
            - before.Where(p => !after.ContainsKey(p.Key)).Sum(p => p.Value.Times.Own + p.Value.Times.Ended);
        string[] names = [.. _names.Where(n => !after.ContainsKey(n.Key)).Select(n => n.Value).Distinct().Order(StringComparer.Ordinal)];
        if (ended > 0 || names.Length > 0)
        {
            living.Add(new ProcessUsage(
                names.Length == 0 ? "too short to be seen" : string.Join(" and ", names), Seconds(ended), names.Sum(n => _peaks[n])));
        }

        return living;
    }

    private static double Seconds(long ticks) => ticks / ProcessTimes.TicksPerSecond;

    private ProcessTimes Before(int id) => before.GetValueOrDefault(id).Times;

    private bool IsCounted(int id) => countsRoot || id != ProcessTree.Root;
}
