using System.Globalization;
using System.Text.Json.Nodes;
using Kinora.Api.Http.Errors;
using Kinora.Api.Http.Limits;
using Kinora.Core.Errors;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>Every operation's errors, in the envelope: those that follow from its shape, and those that it declares.</summary>
internal sealed class ErrorResponses : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var needsUser = metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any();
        if (needsUser || metadata.OfType<DeliveryMetadata>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme.Name, context.Document)] = [] }];
        }

        if (!needsUser)
        {
            // Or by the signature in the path.
            operation.Security?.Add([]);
        }

        var envelope = await context.GetOrCreateSchemaAsync(typeof(ErrorBody), null, cancellationToken);
        context.Document!.AddComponent(nameof(ErrorBody), envelope);
        foreach (var group in Codes(operation, metadata, needsUser).Distinct().OrderBy(code => code.Status).GroupBy(code => code.Status))
        {
            var status = group.Key.ToString(CultureInfo.InvariantCulture);
            operation.Responses ??= [];
            // What the endpoint itself says of a status stands: 503 of /health is a report.
            operation.Responses.TryAdd(status, Reference(group.First(), context.Document!));
        }
    }

    private static IEnumerable<ErrorCode> Codes(OpenApiOperation operation, IList<object> metadata, bool needsUser)
    {
        var hasRouteId = operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Path) == true;
        if (operation.RequestBody is not null)
        {
            yield return ErrorCode.Validation;
            yield return ErrorCode.PayloadTooLarge;
            yield return ErrorCode.UnsupportedMediaType;
        }

        if (metadata.OfType<RateMetadata>().Any())
        {
            yield return ErrorCode.TooManyRequests;
        }

        if (operation.Parameters?.Count > 0)
        {
            yield return ErrorCode.Validation;
        }

        if (needsUser)
        {
            yield return ErrorCode.Unauthorized;
        }

        if (hasRouteId)
        {
            yield return ErrorCode.NotFound;
            if (needsUser)
            {
                yield return ErrorCode.Forbidden;
            }
        }

        foreach (var code in metadata.OfType<RefusalsMetadata>().SelectMany(refusals => refusals.Codes))
        {
            yield return code;
        }

        yield return ErrorCode.Internal;
        yield return ErrorCode.Unavailable;
    }

    public static OpenApiResponseReference Reference(ErrorCode code, OpenApiDocument document)
    {
        if (document.Components?.Responses?.ContainsKey(code.Name) != true)
        {
            document.AddComponent<IOpenApiResponse>(code.Name, Response(code, document));
        }

        return new OpenApiResponseReference(code.Name, document);
    }

    private static OpenApiResponse Response(ErrorCode code, OpenApiDocument document)
    {
        var response = new OpenApiResponse
        {
            Description = $"{code.Name}: {code.Message}",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = new OpenApiSchemaReference(nameof(ErrorBody), document), Example = Example(code) },
            },
        };
        if (code.Status is 429 or 503)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader { Description = "In seconds.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
            };
        }

        return response;
    }

    private static JsonObject Example(ErrorCode code)
    {
        var example = new JsonObject { ["code"] = code.Name, ["message"] = code.Message };
        if (code == ErrorCode.Validation)
        {
            example["details"] = new JsonArray(
                new JsonObject { ["path"] = "title", ["message"] = "must have 1 to 200 characters" });
        }

        return example;
    }
}
