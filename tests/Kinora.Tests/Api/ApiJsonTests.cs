using Kinora.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Kinora.Tests.Api;

public sealed class ApiJsonTests
{
    [Fact]
    public async Task Every_type_that_an_endpoint_takes_or_gives_stands_in_ApiJson()
    {
        await using var app = ApiSetup.Build([]);
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .Where(endpoint => endpoint is RouteEndpoint { RoutePattern.RawText: { } route } && route.StartsWith("/v1", StringComparison.Ordinal))
            .ToList();

        var types = endpoints.SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<IAcceptsMetadata>()
                .Where(accepts => accepts.ContentTypes.Contains("application/json"))
                .Select(accepts => accepts.RequestType)
            .Concat(endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>()
                .Where(produces => produces.ContentTypes.Contains("application/json"))
                .Select(produces => produces.Type)))
            .OfType<Type>().Where(type => type != typeof(void)).Distinct().ToList();

        Assert.NotEmpty(types);
        Assert.All(types, type => Assert.True(ApiJson.Default.GetTypeInfo(type) is not null, $"[JsonSerializable(typeof({type.Name}))] is missing in ApiJson"));
    }
}
