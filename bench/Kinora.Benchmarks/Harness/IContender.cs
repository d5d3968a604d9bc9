namespace Kinora.Benchmarks.Harness;

/// <summary>One of those that do the same work in a suite.</summary>
internal interface IContender
{
    /// <summary>Unique in its suite.</summary>
    string Name { get; }

    /// <summary>
    /// Does the work once. What it only needs beforehand (a warm process, a filled queue) it makes itself, outside of the measurement, and
    /// ends or freezes it: nothing of one contender runs while the other is measured.
    /// </summary>
    Task<Measured> RunAsync(CancellationToken cancellation);
}

/// <summary>One run.</summary>
/// <param name="Values">With <see cref="Metric.Wall"/> and <see cref="Metric.Cpu"/>.</param>
/// <param name="Processes">All that took part.</param>
internal sealed record Measured(IReadOnlyDictionary<Metric, double> Values, IReadOnlyList<ProcessUsage> Processes)
{
    /// <summary>With what was found outside of the measurement.</summary>
    public Measured With(IEnumerable<KeyValuePair<Metric, double>> values) => this with { Values = new Dictionary<Metric, double>([.. Values, .. values]) };
}

/// <param name="Name">The program's, and of a .NET program its command.</param>
/// <param name="PeakBytes">Resident memory at its highest; of processes of one name that lived at the same time, the sum.</param>
internal sealed record ProcessUsage(string Name, double CpuSeconds, long PeakBytes);
