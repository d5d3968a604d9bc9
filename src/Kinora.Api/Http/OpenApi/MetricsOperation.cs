using Kinora.Core.Errors;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>GET /metrics: the exporter maps it as a bare request delegate, of which the explorer does not know.</summary>
internal sealed class MetricsOperation : IOpenApiDocumentTransformer
{
    private const string Tag = "Operations";
    private const string Example = "# TYPE kinora_jobs_live gauge\nkinora_jobs_live{status=\"QUEUED\",type=\"HLS\"} 2 1763800000000\n";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var operation = new OpenApiOperation
        {
            Summary = "Metrics of this process",
            Description = "Kinora's own instruments (kinora_*) and those of ASP.NET, Kestrel, the runtime and Npgsql.",
            Tags = new HashSet<OpenApiTagReference> { new(Tag, document) },
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse
                {
                    Description = "Prometheus' text format",
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["text/plain"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = Example },
                    },
                },
                ["500"] = ErrorResponses.Reference(ErrorCode.Internal, document),
                ["503"] = ErrorResponses.Reference(ErrorCode.Unavailable, document),
            },
        };
        document.Paths.Add("/metrics", new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Get] = operation },
        });
        return Task.CompletedTask;
    }
}
