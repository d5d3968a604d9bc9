using System.Diagnostics;
using Kinora.Api.Http.Identity;
using Microsoft.AspNetCore.Diagnostics;

namespace Kinora.Api.Http;

/// <summary>One line a finished request. Without the query: it may carry what is not for logs.</summary>
internal static partial class RequestLog
{
    public static void UseRequestLog(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestLog).FullName!);
        app.Use(async (context, next) =>
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await next(context);
            }
            finally
            {
                var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
                var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
                var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                using var scope = UserLogScope.Begin(logger, context);
                Finished(logger, context.Request.Method, route, context.Response.StatusCode, Math.Round(elapsed, 1));
            }
        });
    }

    // The route's pattern, not the path: a playback path holds its signature, and an unknown path is anything at all.
    [LoggerMessage(1, LogLevel.Information, "{method} {route} answered {status} in {elapsedMs} ms")]
    private static partial void Finished(ILogger logger, string method, string route, int status, double elapsedMs);
}
