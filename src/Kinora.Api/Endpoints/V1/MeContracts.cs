using Kinora.Api.Http.OpenApi;

namespace Kinora.Api.Endpoints.V1;

public sealed record MeResponse(Guid UserId, [property: Example("ada@example.org")] string Email, DateTimeOffset CreatedAt);
