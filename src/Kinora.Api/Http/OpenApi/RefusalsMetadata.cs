using Kinora.Core.Errors;

namespace Kinora.Api.Http.OpenApi;

/// <summary>Errors of an endpoint beyond those that follow from its shape (400, 401, 404, 413, 415, 500, 503).</summary>
internal sealed record RefusalsMetadata(IReadOnlyList<ErrorCode> Codes);

internal static class Refusals
{
    /// <summary>Documents what the endpoint may answer: <c>.Refuses(ErrorCode.Conflict)</c>.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params ErrorCode[] codes)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RefusalsMetadata(codes));
}
