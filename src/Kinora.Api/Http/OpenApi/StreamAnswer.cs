using Kinora.Api.Http.Events;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

internal static class StreamAnswer
{
    /// <summary>The same operation answers with Server-Sent Events where the client asks for them.</summary>
    public static RouteHandlerBuilder AlsoStreams(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Responses!["200"].Content![ServerSentEvents.ContentType] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
            operation.Parameters!.Add(new OpenApiParameter
            {
                Name = "Last-Event-ID",
                In = ParameterLocation.Header,
                Description = "As `after`, as browsers send it when they connect again.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
            return Task.CompletedTask;
        });
}
