using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Outbound;
using Kinora.Core.Limits;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Webhooks;

/// <summary>What a user does with his webhooks, and sees of their deliveries.</summary>
public sealed class WebhookService(
    KinoraDb db, NpgsqlDataSource source, OutboundRules rules, PageCursor cursors, WebhookDispatcher dispatcher, IOptions<WebhookOptions> options, TimeProvider time)
{
    /// <exception cref="ApiException">VALIDATION_ERROR: an address or a filter that is not allowed. CONFLICT: the user has as many as a user may.</exception>
    public async Task<Webhook> CreateAsync(
        Guid userId, string url, IReadOnlyList<string> events, string? description, IdempotentRequest request, CancellationToken cancellation)
    {
        var webhook = new Webhook
        {
            OwnerId = userId,
            Url = Check(url),
            Events = Check(events),
            Description = description,
            Secret = WebhookSecret.Create(),
        };
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await UserLimits.LockAsync(connection, userId, cancellation);
        if (await db.Webhooks.CountAsync(w => w.OwnerId == userId, cancellation) >= options.Value.MaxPerUser)
        {
            throw Refusal.Conflict($"You have {options.Value.MaxPerUser} webhooks, as many as a user may.");
        }

        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync(cancellation);
        await request.CompleteAsync(connection, [webhook.Id], cancellation);
        await transaction.CommitAsync(cancellation);
        return await GetAsync(userId, webhook.Id, cancellation);
    }

    public async Task<IReadOnlyList<Webhook>> ListAsync(Guid userId, CancellationToken cancellation) =>
        await db.Webhooks.AsNoTracking().Where(w => w.OwnerId == userId).OrderByDescending(w => w.Id).ToListAsync(cancellation);

    /// <exception cref="ApiException">NOT_FOUND: there is none. FORBIDDEN: it is another user's.</exception>
    public async Task<Webhook> GetAsync(Guid userId, Guid webhookId, CancellationToken cancellation)
    {
        var webhook = await db.Webhooks.AsNoTracking().FirstOrDefaultAsync(w => w.Id == webhookId, cancellation) ?? throw Refusal.NotFound();
        return webhook.OwnerId == userId ? webhook : throw Refusal.Forbidden();
    }

    /// <summary>Changes what is given. Enabled again, it sends what was waiting when it was disabled.</summary>
    public async Task<Webhook> ChangeAsync(
        Guid userId, Guid webhookId, string? url, IReadOnlyList<string>? events, string? description, bool? enabled, CancellationToken cancellation)
    {
        await GetAsync(userId, webhookId, cancellation);
        var webhook = await db.Webhooks.FirstOrDefaultAsync(w => w.Id == webhookId, cancellation) ?? throw Refusal.NotFound();
        webhook.Url = url is null ? webhook.Url : Check(url);
        webhook.Events = events is null ? webhook.Events : Check(events);
        webhook.Description = description ?? webhook.Description;
        webhook.UpdatedAt = time.GetUtcNow();
        if (enabled is { } on && on != (webhook.Status == WebhookStatus.Enabled))
        {
            webhook.Status = on ? WebhookStatus.Enabled : WebhookStatus.Disabled;
            webhook.DisabledReason = on ? null : WebhookDisabledReason.User;

            // It has its whole time again.
            webhook.FailingSince = null;
        }

        await db.SaveChangesAsync(cancellation);
        dispatcher.Hurry();
        return webhook;
    }

    /// <summary>
    /// Its deliveries go with it, and before it: workers hold a delivery when they come to its webhook, so that the other order could be a
    /// deadlock; and while it is disabled no new one is made.
    /// </summary>
    public async Task DeleteAsync(Guid userId, Guid webhookId, CancellationToken cancellation)
    {
        await GetAsync(userId, webhookId, cancellation);
        await db.Webhooks.Where(w => w.Id == webhookId).ExecuteUpdateAsync(
            set => set.SetProperty(w => w.Status, WebhookStatus.Disabled)
                .SetProperty(w => w.DisabledReason, w => w.DisabledReason ?? WebhookDisabledReason.User),
            cancellation);
        await db.WebhookDeliveries.Where(d => d.WebhookId == webhookId).ExecuteDeleteAsync(cancellation);
        await db.Webhooks.Where(w => w.Id == webhookId).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>A new secret. The one before signs beside it for the rotation time; one that was being rotated already ends at once.</summary>
    public async Task<Webhook> RotateSecretAsync(Guid userId, Guid webhookId, CancellationToken cancellation)
    {
        await GetAsync(userId, webhookId, cancellation);
        var webhook = await db.Webhooks.FirstOrDefaultAsync(w => w.Id == webhookId, cancellation) ?? throw Refusal.NotFound();
        var now = time.GetUtcNow();
        (webhook.PreviousSecret, webhook.PreviousSecretEndsAt) = (webhook.Secret, now + options.Value.RotationTime);
        (webhook.Secret, webhook.UpdatedAt) = (WebhookSecret.Create(), now);
        await db.SaveChangesAsync(cancellation);
        return webhook;
    }

    /// <summary>Sends an event that says nothing.</summary>
    /// <exception cref="ApiException">CONFLICT: it is disabled.</exception>
    public async Task<Guid> TestAsync(Guid userId, Guid webhookId, CancellationToken cancellation)
    {
        var webhook = await GetAsync(userId, webhookId, cancellation);
        CheckEnabled(webhook);
        var (deliveryId, eventId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var command = source.CreateCommand("""
            INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, payload) VALUES (@id, @webhook, @event, @type, @payload)
            """);
        command.Parameters.AddWithValue("id", deliveryId);
        command.Parameters.AddWithValue("webhook", webhookId);
        command.Parameters.AddWithValue("event", eventId);
        command.Parameters.AddWithValue("type", WebhookFilter.TestType);
        command.Parameters.AddWithValue("payload", TestPayload(eventId, webhookId));
        await command.ExecuteNonQueryAsync(cancellation);
        dispatcher.Hurry();
        return deliveryId;
    }

    /// <summary>The deliveries of a webhook, the newest first.</summary>
    public async Task<(IReadOnlyList<WebhookDelivery> Items, string? NextCursor)> ListDeliveriesAsync(
        Guid userId, Guid webhookId, int limit, string? cursor, DeliveryStatus? status, CancellationToken cancellation)
    {
        await GetAsync(userId, webhookId, cancellation);
        var deliveries = db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == webhookId);
        if (status is not null)
        {
            deliveries = deliveries.Where(d => d.Status == status);
        }

        if (cursor is not null)
        {
            var last = cursors.Read(cursor, userId);
            deliveries = deliveries.Where(d => d.Id < last);
        }

        var page = await deliveries.OrderByDescending(d => d.Id).Take(limit + 1).ToListAsync(cancellation);
        var items = page.Take(limit).ToList();
        return (items, page.Count > limit ? cursors.Write(items[^1].Id, userId) : null);
    }

    /// <exception cref="ApiException">NOT_FOUND: there is none of this webhook.</exception>
    public async Task<WebhookDelivery> GetDeliveryAsync(Guid userId, Guid webhookId, Guid deliveryId, CancellationToken cancellation)
    {
        await GetAsync(userId, webhookId, cancellation);
        return await db.WebhookDeliveries.AsNoTracking().FirstOrDefaultAsync(d => d.Id == deliveryId && d.WebhookId == webhookId, cancellation)
            ?? throw Refusal.NotFound();
    }

    /// <summary>
    /// Sends a delivery at once, whatever became of it, under the event's id; all attempts are before it again. One that is on its way may end,
    /// and counts for nothing.
    /// </summary>
    /// <exception cref="ApiException">CONFLICT: the webhook is disabled.</exception>
    public async Task RedeliverAsync(Guid userId, Guid webhookId, Guid deliveryId, CancellationToken cancellation)
    {
        CheckEnabled(await GetAsync(userId, webhookId, cancellation));
        await GetDeliveryAsync(userId, webhookId, deliveryId, cancellation);
        await using var command = source.CreateCommand("""
            UPDATE webhook_deliveries SET status = 'PENDING', finished_at = NULL, attempts = 0, next_attempt_at = clock_timestamp(), dispatched_at = NULL,
              fence = fence + 1, lease_until = NULL
            WHERE id = @id AND webhook_id = @webhook
            """);
        command.Parameters.AddWithValue("id", deliveryId);
        command.Parameters.AddWithValue("webhook", webhookId);
        await command.ExecuteNonQueryAsync(cancellation);
        dispatcher.Hurry();
    }

    private string TestPayload(Guid eventId, Guid webhookId) =>
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["id"] = eventId,
            ["type"] = WebhookFilter.TestType,
            ["timestamp"] = time.GetUtcNow(),
            ["data"] = new Dictionary<string, Guid> { ["webhookId"] = webhookId },
        });

    private static void CheckEnabled(Webhook webhook)
    {
        if (webhook.Status != WebhookStatus.Enabled)
        {
            throw Refusal.Conflict("The webhook is disabled: enable it first.");
        }
    }

    private string Check(string url)
    {
        try
        {
            return rules.Check(url).AbsoluteUri;
        }
        catch (OutboundException e)
        {
            throw Refusal.Validation("url", e.Message);
        }
    }

    private static string[] Check(IReadOnlyList<string> events)
    {
        var unknown = events.Select((pattern, i) => (pattern, i)).Where(e => !WebhookFilter.IsKnown(e.pattern))
            .Select(e => new ValidationDetail($"events[{e.i}]", $"There is no such event. Those that there are: {string.Join(", ", WebhookFilter.All)}")).ToArray();
        return unknown.Length > 0 ? throw Refusal.Validation(unknown)
            : events.Count == 0 ? throw Refusal.Validation("events", "At least one.")
            : [.. events.Distinct()];
    }
}
