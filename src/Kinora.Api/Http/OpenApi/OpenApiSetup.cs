using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Kinora.Api.Http.OpenApi;

/// <summary>The OpenAPI document at /openapi/v1.json, and a page to try it at /docs. Neither loads anything from elsewhere.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v1";
    public const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        options.OpenApiVersion = Version;
        options.ShouldInclude = description => description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer<BearerScheme>();
        options.AddSchemaTransformer<MemberSchemas>();
        options.AddOperationTransformer<MemberSchemas>();
        options.AddOperationTransformer<ErrorResponses>();
    });

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Kinora API")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent());
    }
}
