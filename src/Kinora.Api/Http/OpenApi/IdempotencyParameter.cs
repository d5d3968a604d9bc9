using System.Text.Json.Nodes;
using Kinora.Api.Http.Idempotency;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>The header Idempotency-Key where it is taken, and that of an answer that is given again.</summary>
internal sealed class IdempotencyParameter : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotencyMetadata>().Any())
        {
            return Task.CompletedTask;
        }

        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotentRequests.KeyHeader,
            In = ParameterLocation.Header,
            Description = "Makes the request safe to send again: for a day the same request with the same key gets the same answer, and nothing is made "
                + "twice. VALIDATION_ERROR: the key came with another request. CONFLICT: the first one is under way. A request that failed frees its key.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotentRequests.MaxKeyLength },
            Example = JsonValue.Create("8e03978e-40d5-43dd-bc93-6894a57f9324"),
        });
        foreach (var response in operation.Responses?.Where(r => r.Key.StartsWith('2')).Select(r => r.Value).OfType<OpenApiResponse>() ?? [])
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers[IdempotentRequests.ReplayedHeader] = new OpenApiHeader
            {
                Description = "\"true\": the answer of an earlier request with the same key.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }

        return Task.CompletedTask;
    }
}
