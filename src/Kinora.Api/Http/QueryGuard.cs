using Kinora.Core.Errors;

namespace Kinora.Api.Http;

/// <summary>
/// Refuses query parameters that an endpoint does not have, as unknown members of a body are: a misspelt filter would silently give the
/// whole list. What players fetch is let through: caches and analytics add parameters of their own.
/// </summary>
internal static class QueryGuard
{
    public static RouteGroupBuilder RefusesUnknownQuery(this RouteGroupBuilder group) => group.AddEndpointFilter((context, next) =>
    {
        var http = context.HttpContext;
        var metadata = http.GetEndpoint()?.Metadata;
        if (http.Request.Query.Count > 0 && metadata?.GetMetadata<DeliveryMetadata>() is null)
        {
            var known = metadata?.GetMetadata<QueryMetadata>()?.Names ?? [];
            var details = http.Request.Query
                .Where(pair => !known.Contains(pair.Key) || pair.Value.Count > 1)
                .Select(pair => new ValidationDetail(pair.Key, known.Contains(pair.Key) ? "Given twice." : "There is no such parameter."))
                .ToArray();
            if (details.Length > 0)
            {
                throw Refusal.Validation(details);
            }
        }

        return next(context);
    });

    /// <summary>Names the query parameters that the endpoint has; without it there is none.</summary>
    public static TBuilder TakesQuery<TBuilder>(this TBuilder endpoint, params string[] names)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new QueryMetadata(names));

    private sealed record QueryMetadata(string[] Names);
}
