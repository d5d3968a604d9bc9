namespace Kinora.Benchmarks.Harness;

/// <summary>What is measured of a run, and in which unit.</summary>
internal sealed record Metric(string Name, string Unit)
{
    /// <summary>Measured of every run.</summary>
    public static readonly Metric Wall = new("wall time", "s");

    /// <summary>Measured of every run: of all processes that belong to the contender.</summary>
    public static readonly Metric Cpu = new("CPU time", "s");

    /// <summary>The part of those that do the media work themselves; servers that any number of them share are left out.</summary>
    public static readonly Metric MediaCpu = new("CPU time of the media work", "s");

    /// <summary>Of media that were made: whether two contenders did the same work.</summary>
    public static readonly Metric Megabytes = new("made", "MB");
}
