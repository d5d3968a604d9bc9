namespace Kinora.Core.Webhooks;

/// <summary>SUCCEEDED and FAILED are ends; FAILED: all attempts did. A delivery that is sent again is PENDING again.</summary>
public enum DeliveryStatus { Pending, Succeeded, Failed }

/// <summary>
/// One event on its way to one webhook, made by the statement that numbers the event (<see cref="Events.EventTriggers"/>): no event without its
/// deliveries, and none twice.
/// </summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid WebhookId { get; init; }

    /// <summary>The event's id, which receivers know a repetition by. Of a test one of its own.</summary>
    public required Guid EventId { get; init; }
    public required string EventType { get; init; }

    /// <summary>The body as it is sent, each time the same bytes.</summary>
    public required string Payload { get; init; }
    public DeliveryStatus Status { get; init; }

    /// <summary>Since it was last told to begin.</summary>
    public int Attempts { get; init; }
    public DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>When the queue was last told of it.</summary>
    public DateTimeOffset? DispatchedAt { get; init; }

    /// <summary>A worker is at it until then.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Of the newest claim: an older one writes nothing any more.</summary>
    public long Fence { get; init; }

    /// <summary>What became of each attempt, the last ones.</summary>
    public required IReadOnlyList<DeliveryAttempt> Log { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <param name="Status">Of the answer; null: there was none.</param>
/// <param name="Body">The beginning of the answer's.</param>
/// <param name="Error">Why there was no answer, or none that counts.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, long DurationMs, int? Status, string? Body, string? Error);
