using Kinora.Api.Http.OpenApi;
using Kinora.Core.Infra.Database;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Api;

/// <summary>
/// The API's process. Without a command it serves; <c>migrate</c> brings the database to this version; <c>openapi</c> prints the OpenAPI
/// document and needs no database. What stops it at its start is one line on the error output and the exit code 1.
/// </summary>
public static class ApiProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var command = args is [var first, ..] && !first.StartsWith('-') ? first : null;
            await (command switch
            {
                null => ServeAsync(args),
                "migrate" => MigrateAsync(args[1..]),
                "openapi" => OpenApiCommand.WriteAsync(Console.Out, args[1..], CancellationToken.None),
                _ => throw new ArgumentException($"there is no command \"{command}\": use migrate, openapi or none"),
            });
            return 0;
        }
        catch (OptionsValidationException e)
        {
            return Stop(string.Join("; ", e.Failures));
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return Stop(e.Message);
        }
        catch (Exception e) when (e is ArgumentException or NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
        {
            return Stop((e.InnerException as NpgsqlException ?? e).Message);
        }
    }

    private static async Task ServeAsync(string[] args)
    {
        await using var app = ApiSetup.Build(args);
        Validate(app);
        await app.RunAsync();
    }

    private static async Task MigrateAsync(string[] args)
    {
        await using var app = ApiSetup.Build(args);
        // Of the options only the database's matter here: no secret is needed to bring the schema up.
        await DatabaseSetup.MigrateAsync(app.Services, CancellationToken.None);
    }

    /// <summary>Before the host starts: it would log a wrong option with its whole stack.</summary>
    private static void Validate(WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            var failures = e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures);
            throw new OptionsValidationException(string.Empty, typeof(ApiProgram), failures);
        }
        catch (InvalidOperationException e)
        {
            // The binder: "Failed to convert configuration value 'many' at 'Kinora:Database:MaxPoolSize' to type 'System.Int32'."
            throw new OptionsValidationException(string.Empty, typeof(ApiProgram), [e.Message]);
        }
    }

    private static int Stop(string reason)
    {
        Console.Error.WriteLine($"kinora-api: {reason.ReplaceLineEndings(" ")}");
        return 1;
    }
}
