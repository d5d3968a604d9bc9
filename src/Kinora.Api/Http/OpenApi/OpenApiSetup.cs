using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Kinora.Api.Http.OpenApi;

/// <summary>The OpenAPI document at /openapi/v1.json, and a page to try it at /docs. Neither loads anything from elsewhere.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v1";
    public const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;

    /// <summary>The page's script writes its own styles and starts from an inline one.</summary>
    private const string PagePolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        options.OpenApiVersion = Version;
        options.ShouldInclude = description => IsOfContract(description.RelativePath ?? string.Empty);
        options.AddDocumentTransformer<BearerScheme>();
        options.AddDocumentTransformer<MetricsOperation>();
        options.AddDocumentTransformer<ClientSchemas>();
        options.AddSchemaTransformer<MemberSchemas>();
        options.AddOperationTransformer<MemberSchemas>();
        options.AddOperationTransformer<IdempotencyParameter>();
        options.AddOperationTransformer<ErrorResponses>();
    });

    /// <summary>The rest is pages and the document itself.</summary>
    private static bool IsOfContract(string path) =>
        path.StartsWith("v1/", StringComparison.Ordinal) || path is "health" or "oembed" || path.StartsWith("health/", StringComparison.Ordinal);

    public static void MapApiDocument(this WebApplication app)
    {
        // Any other name the framework would answer by itself, in plain text.
        app.MapOpenApi($"/openapi/{{documentName:regex(^{DocumentName}$)}}.json");
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Kinora API")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .HideDeveloperTools()
            .HideClientButton()
            .AddPreferredSecuritySchemes([BearerScheme.Name])
            .DisableAgent())
            .Add(endpoint =>
            {
                var serve = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = context =>
                {
                    context.Response.Headers.ContentSecurityPolicy = PagePolicy;
                    return serve(context);
                };
            });
    }
}
