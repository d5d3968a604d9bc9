using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Queues;

/// <summary>How messages are handed out; section "Kinora:Queue".</summary>
public sealed class QueueOptions
{
    public const string Section = "Kinora:Queue";

    /// <summary>What all keys begin with. BullMQ's own default, so that its tools find the queues without being told.</summary>
    [Required, RegularExpression("^[A-Za-z0-9_{}-]+$")]
    public string Prefix { get; set; } = "bull";

    /// <summary>How long a message stays with a process that no longer renews its lock.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan LockDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often messages without a lock are looked for; one is given to others at the second look.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan StalledInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for a signal before looking at a queue all the same: the signal may have died with another process.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan SignalWait { get; set; } = TimeSpan.FromSeconds(5);
}
