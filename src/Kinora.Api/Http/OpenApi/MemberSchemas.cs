using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Kinora.Api.Http.Errors;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>What our own types and attributes mean in JSON Schema.</summary>
internal sealed class MemberSchemas : IOpenApiSchemaTransformer, IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(ErrorBody) && context.JsonPropertyInfo is null)
        {
            schema.Description = "The one shape of every error. `details` of a VALIDATION_ERROR is a list of `{path, message}`.";
        }

        if (context.JsonTypeInfo.Type == typeof(string))
        {
            // The exporter cannot look into our own converters.
            schema.Type = context.JsonPropertyInfo?.IsGetNullable == true ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        }

        if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Enumerable } list && list.ElementType == typeof(string))
        {
            // As above: it would be a list of anything.
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }

        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset) || type.IsEnum)
        {
            schema.Type = type == context.JsonTypeInfo.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        }

        // Requests refuse unknown members; answers may gain some.
        if (!context.JsonTypeInfo.Type.Name.EndsWith("Request", StringComparison.Ordinal))
        {
            schema.AdditionalPropertiesAllowed = true;
        }

        var attributes = context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
        foreach (var attribute in attributes)
        {
            switch (attribute)
            {
                case CharacterCountAttribute count:
                    schema.MinLength = count.Minimum;
                    schema.MaxLength = count.Maximum;
                    break;
                case ExampleAttribute example:
                    schema.Examples = [JsonSerializer.SerializeToNode(example.Value)!];
                    break;
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>A <see cref="ResourceId"/> is a UUID; the explorer knows it as text only.</summary>
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var ids = context.Description.ParameterDescriptions
            .Where(parameter => parameter.ParameterDescriptor?.ParameterType == typeof(ResourceId))
            .Select(parameter => parameter.Name)
            .ToHashSet();
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(parameter => ids.Contains(parameter.Name!)) ?? [])
        {
            parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" };
            parameter.Example = JsonValue.Create("01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11");
        }

        DescribeQuery(operation, context);
        return Task.CompletedTask;
    }

    /// <summary>The explorer names the parameters of a query as the members of our record, and knows nothing of closed lists.</summary>
    private static void DescribeQuery(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p.In == ParameterLocation.Query) ?? [])
        {
            var known = context.Description.ParameterDescriptions.First(description => description.Name == parameter.Name);
            parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(known.Name);
            if (known.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo: var info }
                && info.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed
                && parameter.Schema is OpenApiSchema schema)
            {
                schema.Enum = [.. allowed.Values.OfType<string>().Select(value => JsonValue.Create(value))];
            }
        }
    }
}
