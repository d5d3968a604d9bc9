using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Kinora.Api.Http;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Events;
using Kinora.Core.Webhooks;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Url">http or https, to the public Internet, without a user name.</param>
/// <param name="Events">Types of events, `video.*` for all that begin so, `*` for all.</param>
public sealed record WebhookRequest(
    [property: Example("https://app.example.org/hooks/video")] string Url,
    [property: Example(new[] { EventType.VideoReady, "job.*" }), MaxLength(50)] IReadOnlyList<string> Events,
    [property: Example("Publishes to the site"), CharacterCount(1, Webhook.MaxDescriptionLength)] string? Description = null);

/// <summary>What is absent stays.</summary>
/// <param name="Enabled">False: nothing is sent, and no new delivery made. True: what was waiting goes on.</param>
public sealed record WebhookChangeRequest(
    [property: Example("https://app.example.org/hooks/video")] string? Url = null,
    [property: Example(new[] { EventType.VideoReady }), MaxLength(50)] IReadOnlyList<string>? Events = null,
    [property: Example("Publishes to the site"), CharacterCount(1, Webhook.MaxDescriptionLength)] string? Description = null,
    [property: Example(true)] bool? Enabled = null);

/// <param name="DisabledReason">USER, FAILING (no attempt succeeded for days) or GONE (the receiver answered 410).</param>
/// <param name="FailingSince">Since when no attempt has succeeded.</param>
public sealed record WebhookResponse(
    Guid Id,
    [property: Example("https://app.example.org/hooks/video")] string Url,
    [property: Example(new[] { EventType.VideoReady, "job.*" })] IReadOnlyList<string> Events,
    [property: Example("Publishes to the site")] string? Description,
    [property: Example("ENABLED")] WebhookStatus Status,
    WebhookDisabledReason? DisabledReason,
    DateTimeOffset? FailingSince,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static WebhookResponse Of(Webhook webhook) => new(
        webhook.Id, webhook.Url, webhook.Events, webhook.Description, webhook.Status, webhook.DisabledReason, webhook.FailingSince, webhook.CreatedAt,
        webhook.UpdatedAt);
}

public sealed record WebhookListResponse(IReadOnlyList<WebhookResponse> Items);

/// <param name="Secret">For the libraries of standardwebhooks.com. Shown here, and never again.</param>
/// <param name="PreviousSecretEndsAt">Until then deliveries are signed with the secret before, too.</param>
public sealed record WebhookSecretResponse(
    WebhookResponse Webhook,
    [property: Example("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwVtq2ZJk5ImY=")] string Secret,
    DateTimeOffset? PreviousSecretEndsAt)
{
    public static WebhookSecretResponse Of(Webhook webhook) =>
        new(WebhookResponse.Of(webhook), WebhookSecret.Write(webhook.Secret), webhook.PreviousSecretEndsAt);
}

public sealed record DeliveryAcceptedResponse(Guid DeliveryId);

/// <param name="EventId">In the header `webhook-id`: the same at each attempt.</param>
/// <param name="Attempts">So far, since it was made or sent again.</param>
/// <param name="NextAttemptAt">Null: it has ended.</param>
/// <param name="LastAttempt">Null: there was none yet.</param>
public sealed record DeliveryResponse(
    Guid Id,
    Guid EventId,
    [property: Example(EventType.VideoReady)] string EventType,
    [property: Example("SUCCEEDED")] DeliveryStatus Status,
    [property: Example(1)] int Attempts,
    DateTimeOffset? NextAttemptAt,
    DeliveryAttemptResponse? LastAttempt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    public static DeliveryResponse Of(WebhookDelivery delivery) => new(
        delivery.Id, delivery.EventId, delivery.EventType, delivery.Status, delivery.Attempts,
        delivery.Status == DeliveryStatus.Pending ? delivery.NextAttemptAt : null,
        delivery.Log is [.., var last] ? DeliveryAttemptResponse.Of(last) : null, delivery.CreatedAt, delivery.FinishedAt);
}

/// <param name="Status">Of the answer; null: there was none.</param>
/// <param name="Body">The first kilobyte of the answer's.</param>
/// <param name="Error">Why there was no answer.</param>
public sealed record DeliveryAttemptResponse(
    DateTimeOffset At,
    [property: Example(87)] long DurationMs,
    [property: Example(200)] int? Status,
    [property: Example("ok")] string? Body,
    string? Error)
{
    public static DeliveryAttemptResponse Of(DeliveryAttempt attempt) =>
        new(attempt.At, attempt.DurationMs, attempt.Status, attempt.Body, attempt.Error);
}

public sealed record DeliveryListResponse(IReadOnlyList<DeliveryResponse> Items, string? NextCursor);

/// <summary>The body that a receiver gets: an event as the log has it, or `webhook.test`, which is about no video.</summary>
/// <param name="Id">The event's, as in the header `webhook-id`.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Sequence">Among the events of its video: the order, which deliveries do not have.</param>
public sealed record WebhookPayload(
    Guid Id,
    [property: Example(EventType.VideoReady)] string Type,
    DateTimeOffset Timestamp,
    EventData Data,
    [property: Example(7)] long? Sequence = null,
    [property: Example(48151)] long? Position = null,
    Guid? VideoId = null);

/// <param name="Payload">The body that is sent.</param>
/// <param name="Log">The last attempts, the oldest first.</param>
public sealed record DeliveryDetailResponse(DeliveryResponse Delivery, JsonElement Payload, IReadOnlyList<DeliveryAttemptResponse> Log)
{
    public static DeliveryDetailResponse Of(WebhookDelivery delivery) => new(
        DeliveryResponse.Of(delivery), JsonDocument.Parse(delivery.Payload).RootElement, [.. delivery.Log.Select(DeliveryAttemptResponse.Of)]);
}

/// <param name="Limit">Deliveries of a page.</param>
/// <param name="Cursor">`nextCursor` of the page before.</param>
/// <param name="Status">Only deliveries of this status.</param>
public sealed record DeliveryListQuery(
    [property: Range(1, 100)] int? Limit,
    [property: MaxLength(200)] string? Cursor,
    [property: AllowedValues(null, "PENDING", "SUCCEEDED", "FAILED")] string? Status);
