using System.Globalization;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>
/// An operation with a second type of body, which another endpoint of the same route and method takes: OpenAPI has one operation for both.
/// </summary>
internal static class SecondBody
{
    /// <summary>The endpoint that does take it is to be left out of the document.</summary>
    public static RouteHandlerBuilder AlsoTakes<TRequest, TResponse>(this RouteHandlerBuilder endpoint, int status) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            var request = await context.GetOrCreateSchemaAsync(typeof(TRequest), null, cancellation);
            var response = await context.GetOrCreateSchemaAsync(typeof(TResponse), null, cancellation);
            operation.RequestBody!.Content!["application/json"] = Body(typeof(TRequest).Name, request, context.Document!);
            operation.Responses![status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = "Accepted: of a JSON body",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = Body(typeof(TResponse).Name, response, context.Document!),
                },
            };
        });

    private static OpenApiMediaType Body(string name, OpenApiSchema schema, OpenApiDocument document)
    {
        document.AddComponent(name, schema);
        return new OpenApiMediaType { Schema = new OpenApiSchemaReference(name, document) };
    }
}
