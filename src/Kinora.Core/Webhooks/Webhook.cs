namespace Kinora.Core.Webhooks;

public enum WebhookStatus { Enabled, Disabled }

/// <summary>Why a webhook is DISABLED: its owner said so, it failed for too long, or its receiver said that it is gone.</summary>
public enum WebhookDisabledReason { User, Failing, Gone }

/// <summary>An address to which a user wants events sent.</summary>
public sealed class Webhook
{
    public const int MaxDescriptionLength = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid OwnerId { get; init; }
    public required string Url { get; set; }
    public string? Description { get; set; }

    /// <summary>Types of events, or patterns of them (<see cref="WebhookFilter"/>).</summary>
    public required string[] Events { get; set; }

    /// <summary>What deliveries are signed with.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>The one before, with which they are signed too, until its end: a receiver changes at any time between.</summary>
    public byte[]? PreviousSecret { get; set; }
    public DateTimeOffset? PreviousSecretEndsAt { get; set; }
    public WebhookStatus Status { get; set; } = WebhookStatus.Enabled;
    public WebhookDisabledReason? DisabledReason { get; set; }

    /// <summary>Since when no attempt has succeeded; null: the last one did, or there was none.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>Whose turn it is: the one that has waited longest.</summary>
    public DateTimeOffset? LastAttemptAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
}
