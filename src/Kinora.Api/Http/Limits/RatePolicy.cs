namespace Kinora.Api.Http.Limits;

/// <summary>Which limit an endpoint has, and for whom its requests are counted.</summary>
internal enum RatePolicy
{
    /// <summary>Checks or makes a password: by address, and each of these endpoints by itself.</summary>
    Credentials,

    /// <summary>Begins an upload: by user.</summary>
    Uploads,

    /// <summary>By user; by address where there is none.</summary>
    Api,

    /// <summary>What players fetch: by address.</summary>
    Playback,
}

internal sealed record RateMetadata(RatePolicy Policy);

internal static class RatePolicies
{
    /// <summary>What is said of an endpoint stands over what is said of its group.</summary>
    public static TBuilder Limits<TBuilder>(this TBuilder endpoint, RatePolicy policy)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RateMetadata(policy));

    public static RatePolicy? PolicyOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RateMetadata>()?.Policy;
}
