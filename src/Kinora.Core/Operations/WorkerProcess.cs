namespace Kinora.Core.Operations;

/// <summary>A worker that has said that it is there: for who looks after the service. No job depends on it; leases tell who is alive.</summary>
public sealed class WorkerProcess
{
    /// <summary>Host and process id: what the leases of its jobs begin with.</summary>
    public required string Name { get; init; }
    public required string Version { get; init; }

    /// <summary>What its ffmpeg is locked up in, as its health tells.</summary>
    public required string Sandbox { get; init; }

    /// <summary>Jobs that it runs at once, by queue.</summary>
    public required IReadOnlyDictionary<string, int> Slots { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset SeenAt { get; init; }
}
