using System.Text.RegularExpressions;

namespace Kinora.Api.Http;

/// <summary>
/// One id a request, in its answer, in every log line and in the jobs that it causes: the client's own when it is well-formed, else a new
/// one. Read it as <see cref="HttpContext.TraceIdentifier"/>.
/// </summary>
internal static partial class RequestId
{
    public const string Header = "X-Request-Id";

    public static void UseRequestId(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestId).FullName!);
        app.Use(async (context, next) =>
        {
            var id = Of(context.Request);
            context.TraceIdentifier = id;
            // On starting: an error clears the headers that were set before it.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[Header] = id;
                return Task.CompletedTask;
            });
            using (logger.BeginScope(new Dictionary<string, object> { ["requestId"] = id }))
            {
                await next(context);
            }
        });
    }

    private static string Of(HttpRequest request) =>
        request.Headers[Header] is [{ } sent] && WellFormed().IsMatch(sent) ? sent : Guid.CreateVersion7().ToString();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{8,128}\z")]
    private static partial Regex WellFormed();
}
