using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kinora.Api.Http.OpenApi;

/// <summary>Prints the document as the running API would serve it, without a server, a database or a secret.</summary>
public static class OpenApiCommand
{
    public static async Task WriteAsync(TextWriter output, string[] args, CancellationToken cancellation)
    {
        await using var app = ApiSetup.Build(args);
        // The routes become known to the explorer when the pipeline is built; here it never is.
        app.UseEndpoints(_ => { });
        var provider = app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(OpenApiSetup.DocumentName);
        var document = await provider.GetOpenApiDocumentAsync(cancellation);
        await output.WriteLineAsync(await document.SerializeAsJsonAsync(OpenApiSetup.Version, cancellation));
    }
}
