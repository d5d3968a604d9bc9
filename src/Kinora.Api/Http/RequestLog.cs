using System.Diagnostics;
using Kinora.Api.Http.Identity;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Kinora.Api.Http;

/// <summary>
/// One line a request when it has ended. It names the route's pattern, never the path or the query: those may hold a playback signature.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    // What nginx calls it: the client left before there was an answer.
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        var body = new CountingResponseBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        var hasFailed = true;
        try
        {
            await next(context);
            hasFailed = false;
        }
        finally
        {
            Log(context, body.BytesWritten, Stopwatch.GetElapsedTime(start), hasFailed);
        }
    }

    private void Log(HttpContext context, long bytes, TimeSpan elapsed, bool hasFailed)
    {
        // The exception handler clears the endpoint, and keeps it in its own feature.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
        var hasLeft = context.RequestAborted.IsCancellationRequested;
        var status = context.Response.HasStarted ? context.Response.StatusCode
            : hasLeft ? ClientClosedRequest
            : hasFailed ? StatusCodes.Status500InternalServerError
            : context.Response.StatusCode;
        var level = IsOfMonitoring(route) ? LogLevel.Debug : LogLevel.Information;
        var elapsedMs = Math.Round(elapsed.TotalMilliseconds, 1);
        using var user = UserLogScope.Begin(logger, context);
        LogRequest(logger, level, context.Request.Method, route, status, elapsedMs, bytes);
    }

    private static bool IsOfMonitoring(string route) =>
        route.StartsWith("/health", StringComparison.Ordinal) || route.StartsWith("/metrics", StringComparison.Ordinal);

    [LoggerMessage(Message = "{method} {route} {status} in {elapsedMs} ms, {bytes} bytes")]
    private static partial void LogRequest(
        ILogger logger, LogLevel level, string method, string route, int status, double elapsedMs, long bytes);
}
