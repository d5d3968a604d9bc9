using Kinora.Core.Errors;
using Kinora.Core.Idempotency;

namespace Kinora.Api.Http.Idempotency;

/// <summary>
/// The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) of endpoints that create something. A handler begins, asks
/// <see cref="IdempotentRequest.Find"/> whether it was done before, and hands the request to the service that does it.
/// </summary>
internal sealed class IdempotentRequests(IdempotencyKeys keys)
{
    public const string KeyHeader = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotency-Replayed";
    public const int MaxKeyLength = 255;

    /// <exception cref="ApiException">VALIDATION_ERROR: no key that could be one. CONFLICT: a request with this key is under way.</exception>
    public async Task<IdempotentRequest> BeginAsync(HttpContext context, Guid userId, CancellationToken cancellation)
    {
        var sent = context.Request.Headers[KeyHeader];
        if (sent.Count == 0)
        {
            return IdempotentRequest.WithoutKey();
        }

        if (sent is not [{ Length: > 0 and <= MaxKeyLength } key] || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw Refusal.Validation(KeyHeader, $"One key of 1 to {MaxKeyLength} characters of printable ASCII.");
        }

        var route = $"{context.Request.Method} {((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText}";
        var request = await keys.BeginAsync(userId, route, key, cancellation);
        if (request.IsRepeated)
        {
            context.Response.Headers[ReplayedHeader] = "true";
        }

        return request;
    }
}
