using Kinora.Api.Http.OpenApi;

namespace Kinora.Api.Endpoints.V1;

/// <param name="IsOperator">May look at the whole service (`GET /v1/system`).</param>
public sealed record MeResponse(Guid UserId, [property: Example("ada@example.org")] string Email, bool IsOperator, DateTimeOffset CreatedAt);
