using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Http;

/// <summary>
/// Lets pages of the listed origins call the API (Fetch, "CORS protocol"). Never with credentials: tokens go in a header, and there are no
/// cookies. What is signed is open to any origin, see <see cref="PlaybackGate"/>; all else to none.
/// </summary>
internal static class ListedOrigins
{
    private const string Methods = "GET, HEAD, POST, PATCH, DELETE";

    /// <summary>As tus-js-client and players send them.</summary>
    private const string RequestHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Range, "
        + "Tus-Resumable, Upload-Checksum, Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, X-Request-Id, "
        + "X-Requested-With";

    private const string ExposedHeaders = "Accept-Ranges, Content-Length, Content-Range, ETag, Idempotency-Replayed, Kinora-Analyze-Job-Id, "
        + "Kinora-Video-Id, Location, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, "
        + "Upload-Length, Upload-Metadata, Upload-Offset, X-Request-Id";

    /// <summary>Two hours: what Chromium takes at most.</summary>
    private const string MaxAge = "7200";

    /// <summary>As a browser writes it in "Origin": nothing else could ever match. Neither "*" nor "null".</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) == text;

    /// <summary>Outside of routing, limits and tokens: a browser sends none with a preflight, and asks at every path.</summary>
    public static void UseListedOrigins(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/v1"),
        v1 => v1.Use(async (context, next) =>
        {
            var listed = context.RequestServices.GetRequiredService<IOptions<HttpOptions>>().Value.AllowedOrigins;
            if (listed is [])
            {
                await next(context);
                return;
            }

            var origin = context.Request.Headers.Origin is [{ } sent] && listed.Contains(sent, StringComparer.Ordinal) ? sent : null;

            // On starting: an error clears the headers that were set before it.
            context.Response.OnStarting(() =>
            {
                Allow(context.Response, origin);
                return Task.CompletedTask;
            });
            if (origin is not null && IsPreflight(context.Request))
            {
                AnswerPreflight(context.Response);
            }
            else
            {
                await next(context);
            }
        }));

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    private static void AnswerPreflight(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = Methods;
        response.Headers.AccessControlAllowHeaders = RequestHeaders;
        response.Headers.AccessControlMaxAge = MaxAge;
    }

    private static void Allow(HttpResponse response, string? origin)
    {
        // What is open to any origin is the same for all of them, to caches too.
        if (response.Headers.AccessControlAllowOrigin.Count > 0)
        {
            return;
        }

        response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (origin is not null)
        {
            response.Headers.AccessControlAllowOrigin = origin;
            response.Headers.AccessControlExposeHeaders = ExposedHeaders;
        }
    }
}
