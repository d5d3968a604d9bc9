using System.Text.Json;
using System.Text.Json.Nodes;
using Kinora.Api.Endpoints.V1;
using Kinora.Core.Events;
using Kinora.Core.Jobs;
using Kinora.Core.Webhooks;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>
/// Clients are generated from the document: here it tells what our records hold as text, or as JSON that the database wrote. Types of events, and what
/// an event says.
/// </summary>
internal sealed class ClientSchemas : IOpenApiDocumentTransformer
{
    private const string TypeName = "EventType";
    private const string FilterName = "EventFilter";

    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.AddComponent(TypeName, Enumeration(EventType.All, EventType.VideoReady));
        document.AddComponent(FilterName, Enumeration(WebhookFilter.All, "video.*"));
        foreach (var type in (Type[])[typeof(EventData), typeof(WebhookPayload)])
        {
            document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
        }

        Refer(document, nameof(EventResponse), "type", TypeName);
        Refer(document, nameof(EventResponse), "data", nameof(EventData));
        Refer(document, nameof(EventData), "type", nameof(JobType), isNullable: true);
        Refer(document, nameof(EventData), "error", nameof(FailureResponse), isNullable: true);
        Refer(document, nameof(WebhookPayload), "data", nameof(EventData));
        Refer(document, nameof(DeliveryDetailResponse), "payload", nameof(WebhookPayload));
        foreach (var name in (string[])[nameof(WebhookRequest), nameof(WebhookChangeRequest), nameof(WebhookResponse)])
        {
            ((OpenApiSchema)Members(document, name)["events"]).Items = new OpenApiSchemaReference(FilterName, document);
        }

        document.Components!.Schemas!.Remove("JsonElement");
        LeaveNullToMembers(document);
    }

    private static void Refer(OpenApiDocument document, string schema, string member, string target, bool isNullable = false)
    {
        var members = Members(document, schema);
        var reference = new OpenApiSchemaReference(target, document) { Description = isNullable ? null : members[member].Description };
        members[member] = isNullable
            ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] }
            : reference;
    }

    /// <summary>An enumeration that only ever stands in members that may be null has null among its values, too: generators make a value of it.</summary>
    private static void LeaveNullToMembers(OpenApiDocument document)
    {
        foreach (var schema in document.Components!.Schemas!.Values.OfType<OpenApiSchema>().Where(schema => schema.Enum?.Count > 0))
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. schema.Enum!.Where(value => value?.GetValueKind() == JsonValueKind.String)];
        }
    }

    private static IDictionary<string, IOpenApiSchema> Members(OpenApiDocument document, string schema) => document.Components!.Schemas![schema].Properties!;

    private static OpenApiSchema Enumeration(IEnumerable<string> values, string example) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. values.Select(value => JsonValue.Create(value))],
        Examples = [JsonValue.Create(example)],
    };
}
