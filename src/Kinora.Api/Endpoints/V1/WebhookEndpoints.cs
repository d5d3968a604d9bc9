using Kinora.Api.Http;
using Kinora.Api.Http.Idempotency;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kinora.Api.Endpoints.V1;

/// <summary>Where events are sent to, and what became of each.</summary>
internal static class WebhookEndpoints
{
    private const int DefaultLimit = 20;

    public static void MapWebhooks(this IEndpointRouteBuilder v1)
    {
        var webhooks = v1.MapGroup("/webhooks").WithTags("Webhooks");
        webhooks.MapPost("/", CreateAsync).WithSummary("Have events sent to an address")
            .WithDescription("By POST, signed after the Standard Webhooks specification, at least once: a receiver knows a repetition by "
                + "`webhook-id`, and the order of a video's events by `sequence`. Any 2xx takes it; 410 disables the webhook; all else is tried "
                + "again, for a day. CONFLICT: the user has as many as a user may.")
            .TakesIdempotencyKey().Refuses(ErrorCode.Conflict);
        webhooks.MapGet("/", ListAsync).WithSummary("List webhooks, the newest first");
        webhooks.MapGet("/{webhookId}", GetAsync).WithSummary("Read a webhook").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        webhooks.MapPatch("/{webhookId}", ChangeAsync).WithSummary("Change, disable or enable a webhook").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        webhooks.MapDelete("/{webhookId}", DeleteAsync).WithSummary("Delete a webhook, with its deliveries").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        webhooks.MapPost("/{webhookId}/rotate-secret", RotateSecretAsync).WithSummary("Make a new secret")
            .WithDescription("Deliveries are signed with both for a day, so that the receiver may change at any time between.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        webhooks.MapPost("/{webhookId}/test", TestAsync).WithSummary("Send a test event").WithDescription("Of the type `webhook.test`. CONFLICT: the webhook is disabled.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        webhooks.MapGet("/{webhookId}/deliveries", ListDeliveriesAsync).WithSummary("List deliveries, the newest first")
            .TakesQuery("limit", "cursor", "status").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        webhooks.MapGet("/{webhookId}/deliveries/{deliveryId}", GetDeliveryAsync).WithSummary("Read a delivery, with what was sent and answered")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        webhooks.MapPost("/{webhookId}/deliveries/{deliveryId}/redeliver", RedeliverAsync).WithSummary("Send a delivery again")
            .WithDescription("At once, whatever became of it, with the same `webhook-id`. CONFLICT: the webhook is disabled.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
    }

    private static async Task<Created<WebhookSecretResponse>> CreateAsync(
        WebhookRequest request, HttpContext context, CurrentUser user, WebhookService webhooks, IdempotentRequests idempotency, CancellationToken cancellation)
    {
        await using var once = await idempotency.BeginAsync(context, user.Id, cancellation);
        var webhook = once.Find([request.Url, request.Description, .. request.Events]) is [var made]
            ? await webhooks.GetAsync(user.Id, made, cancellation)
            : await webhooks.CreateAsync(user.Id, request.Url, request.Events, request.Description, once, cancellation);
        return TypedResults.Created($"/v1/webhooks/{webhook.Id}", WebhookSecretResponse.Of(webhook));
    }

    private static async Task<Ok<WebhookListResponse>> ListAsync(CurrentUser user, WebhookService webhooks, CancellationToken cancellation) =>
        TypedResults.Ok(new WebhookListResponse([.. (await webhooks.ListAsync(user.Id, cancellation)).Select(WebhookResponse.Of)]));

    private static async Task<Ok<WebhookResponse>> GetAsync(
        ResourceId webhookId, CurrentUser user, WebhookService webhooks, CancellationToken cancellation) =>
        TypedResults.Ok(WebhookResponse.Of(await webhooks.GetAsync(user.Id, webhookId, cancellation)));

    private static async Task<Ok<WebhookResponse>> ChangeAsync(
        ResourceId webhookId, WebhookChangeRequest request, CurrentUser user, WebhookService webhooks, CancellationToken cancellation) =>
        TypedResults.Ok(WebhookResponse.Of(await webhooks.ChangeAsync(
            user.Id, webhookId, request.Url, request.Events, request.Description, request.Enabled, cancellation)));

    private static async Task<NoContent> DeleteAsync(ResourceId webhookId, CurrentUser user, WebhookService webhooks, CancellationToken cancellation)
    {
        await webhooks.DeleteAsync(user.Id, webhookId, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<WebhookSecretResponse>> RotateSecretAsync(
        ResourceId webhookId, CurrentUser user, WebhookService webhooks, CancellationToken cancellation) =>
        TypedResults.Ok(WebhookSecretResponse.Of(await webhooks.RotateSecretAsync(user.Id, webhookId, cancellation)));

    private static async Task<Accepted<DeliveryAcceptedResponse>> TestAsync(
        ResourceId webhookId, CurrentUser user, WebhookService webhooks, CancellationToken cancellation) =>
        Accept(webhookId, await webhooks.TestAsync(user.Id, webhookId, cancellation));

    private static async Task<Ok<DeliveryListResponse>> ListDeliveriesAsync(
        ResourceId webhookId, [AsParameters] DeliveryListQuery query, CurrentUser user, WebhookService webhooks, CancellationToken cancellation)
    {
        DeliveryStatus? status = query.Status is null ? null : Enum.Parse<DeliveryStatus>(query.Status, ignoreCase: true);
        var (items, next) = await webhooks.ListDeliveriesAsync(user.Id, webhookId, query.Limit ?? DefaultLimit, query.Cursor, status, cancellation);
        return TypedResults.Ok(new DeliveryListResponse([.. items.Select(DeliveryResponse.Of)], next));
    }

    private static async Task<Ok<DeliveryDetailResponse>> GetDeliveryAsync(
        ResourceId webhookId, ResourceId deliveryId, CurrentUser user, WebhookService webhooks, CancellationToken cancellation) =>
        TypedResults.Ok(DeliveryDetailResponse.Of(await webhooks.GetDeliveryAsync(user.Id, webhookId, deliveryId, cancellation)));

    private static async Task<Accepted<DeliveryAcceptedResponse>> RedeliverAsync(
        ResourceId webhookId, ResourceId deliveryId, CurrentUser user, WebhookService webhooks, CancellationToken cancellation)
    {
        await webhooks.RedeliverAsync(user.Id, webhookId, deliveryId, cancellation);
        return Accept(webhookId, deliveryId);
    }

    private static Accepted<DeliveryAcceptedResponse> Accept(Guid webhookId, Guid deliveryId) =>
        TypedResults.Accepted($"/v1/webhooks/{webhookId}/deliveries/{deliveryId}", new DeliveryAcceptedResponse(deliveryId));
}
