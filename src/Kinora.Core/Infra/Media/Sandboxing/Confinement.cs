namespace Kinora.Core.Infra.Media.Sandboxing;

/// <summary>What one process is given. It has nothing else: what is not named here it does not see.</summary>
public sealed record Confinement
{
    /// <summary>Absolute; files or folders that it may read and run, at the same place.</summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>Absolute; the one folder that it may write to. What lies there is its to change: nothing of another's.</summary>
    public string? Writable { get; init; }

    /// <summary>What it may write to in memory. There is one process, so this is the memory of the whole sandbox, but for what it only reads.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Of all its threads together; null: whoever waits for it has a clock.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Of each file that it writes; 0: it writes none.</summary>
    public long FileBytes { get; init; }
}
