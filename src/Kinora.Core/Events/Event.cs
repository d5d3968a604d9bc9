using System.Text.Json;

namespace Kinora.Core.Events;

/// <summary>
/// A change of a video or of one of its jobs, written by the transaction that made it (<see cref="EventTriggers"/>). Its numbers come right
/// after the commit, in the order in which changes became visible.
/// </summary>
public sealed class Event
{
    /// <summary>The same in every delivery of it.</summary>
    public required Guid Id { get; init; }

    /// <summary>The order of writing. Of two transactions the one that wrote first may be seen last: nothing is read in this order.</summary>
    public long Written { get; init; }

    /// <summary>In the log of all videos; grows, with gaps for who sees only his own. Null: not numbered yet, and shown to nobody.</summary>
    public long? Position { get; init; }

    /// <summary>Among the video's events: 1, 2, 3, without a gap.</summary>
    public long? Sequence { get; init; }

    /// <summary>Stays when the row is gone: a log refers to nothing.</summary>
    public required Guid VideoId { get; init; }
    public required Guid OwnerId { get; init; }

    /// <summary>One of <see cref="EventType.All"/>.</summary>
    public required string Type { get; init; }

    /// <summary>What it is about, as it stood then; nothing that a user has written.</summary>
    public required JsonDocument Data { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
