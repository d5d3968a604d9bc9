using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;

namespace Kinora.Api.Http.Idempotency;

/// <summary>Marks endpoints that take an Idempotency-Key, for the OpenAPI document.</summary>
internal sealed class IdempotencyMetadata;

internal static class IdempotentEndpoints
{
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new IdempotencyMetadata()).Refuses(ErrorCode.Validation, ErrorCode.Conflict);
}
