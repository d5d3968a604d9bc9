using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;

namespace Kinora.Api.Http;

/// <summary>Marks endpoints that answer with an object of the store (<see cref="ObjectDelivery"/>).</summary>
internal sealed class DeliveryMetadata
{
    private static readonly DeliveryMetadata Instance = new();

    private DeliveryMetadata()
    {
    }

    public static void Mark(IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(Instance);
}

internal static class Deliveries
{
    /// <summary>Documents the answers of <see cref="ObjectDelivery"/>.</summary>
    public static RouteHandlerBuilder DeliversObject(this RouteHandlerBuilder endpoint, string contentType, params string[] others)
    {
        DeliveryMetadata.Mark(endpoint);
        return endpoint
            .Limits(RatePolicy.Playback)
            .Produces<Stream>(StatusCodes.Status200OK, contentType, others)
            .Produces<Stream>(StatusCodes.Status206PartialContent, contentType, others)
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(ErrorCode.Unauthorized, ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.RangeNotSatisfiable);
    }
}
