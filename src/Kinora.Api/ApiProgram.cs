using Kinora.Api.Http.OpenApi;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Processes;

namespace Kinora.Api;

/// <summary>
/// The API's process. Without a command it serves; <c>migrate</c> brings the database to this version; <c>openapi</c> prints the OpenAPI
/// document and needs no database. What stops it at its start is one line on the error output and the exit code 1.
/// </summary>
public static class ApiProgram
{
    public static Task<int> RunAsync(string[] args) => StartUp.RunAsync("kinora-api", () =>
    {
        var command = args is [var first, ..] && !first.StartsWith('-') ? first : null;
        return command switch
        {
            null => ServeAsync(args),
            "migrate" => MigrateAsync(args[1..]),
            "openapi" => OpenApiCommand.WriteAsync(Console.Out, args[1..], CancellationToken.None),
            _ => throw new ArgumentException($"there is no command \"{command}\": use migrate, openapi or none"),
        };
    });

    private static async Task ServeAsync(string[] args)
    {
        await using var app = ApiSetup.Build(args);
        StartUp.Validate(app.Services);
        await app.RunAsync();
    }

    private static async Task MigrateAsync(string[] args)
    {
        await using var app = ApiSetup.Build(args);
        // Of the options only the database's matter here: no secret is needed to bring the schema up.
        await DatabaseSetup.MigrateAsync(app.Services, CancellationToken.None);
    }
}
