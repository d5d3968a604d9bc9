using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kinora.Api.Http.Errors;

/// <summary>
/// Kestrel refuses what it cannot parse (a NUL in the path, headers that are too large) before any of our code runs, with a status alone
/// and the connection closed; no hook of its own changes that. So each connection's output is watched
/// between two requests, and such an answer gets the envelope and a request id.
/// </summary>
internal static class BareAnswers
{
    public static void FillBareAnswers(this KestrelServerOptions kestrel) =>
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
        {
            var output = new BareAnswerWriter(connection.Transport.Output);
            connection.Features.Set(output);
            connection.Transport = new Pipes(connection.Transport.Input, output);
            return next(connection);
        }));

    /// <summary>Tells the connection's writer while a request is ours. The outermost of the pipeline.</summary>
    public static void UseBareAnswers(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Features.Get<BareAnswerWriter>() is { } output)
        {
            output.IsOurs = true;
            context.Response.OnCompleted(() =>
            {
                output.IsOurs = false;
                return Task.CompletedTask;
            });
        }

        return next(context);
    });

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
