using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>The document's head, and how a client shows who it is.</summary>
internal sealed class BearerScheme : IOpenApiDocumentTransformer
{
    public const string Name = "bearer";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Kinora",
            Version = "v1",
            Description = "Self-hosted video: upload, transcode, play. JSON in camelCase; ids are UUIDv7; times are ISO 8601 UTC; durations are "
                + "whole milliseconds. Every answer carries X-Request-Id. Every error is `{code, message, details?}`.",
        };
        // The address that the document was asked at is no part of the contract.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Name] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The accessToken of POST /v1/auth/login.",
        };
        return Task.CompletedTask;
    }
}
