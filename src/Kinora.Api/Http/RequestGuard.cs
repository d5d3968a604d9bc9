using System.Text;
using Kinora.Core.Errors;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Http;

/// <summary>Refuses what no endpoint can take, before one is asked.</summary>
internal static class RequestGuard
{
    public static void UseRequestGuard(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsTrace(request.Method) || HttpMethods.IsConnect(request.Method) || HasTwoLengths(request))
        {
            // After the error handler, which takes back every header.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
            throw new BadHttpRequestException("No request for this server.");
        }

        if (request.QueryString.Value is { } query && query.Contains("%00", StringComparison.Ordinal))
        {
            throw Refusal.Validation("query", TextConverter.NulMessage);
        }

        if (IsJsonInAnotherEncoding(request))
        {
            throw Refusal.UnsupportedMediaType("JSON is to be sent in UTF-8.");
        }

        return next(context);
    });

    /// <summary>
    /// Content-Length beside Transfer-Encoding: a request smuggled past a proxy (RFC 9112 §6.1). Kestrel goes by the latter and keeps the
    /// former under this name.
    /// </summary>
    private static bool HasTwoLengths(HttpRequest request) =>
        request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey("X-Content-Length");

    /// <summary>The framework would answer an unknown charset with an exception, so a 500.</summary>
    private static bool IsJsonInAnotherEncoding(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.Charset.HasValue
        && type.MediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase)
        && !type.Charset.AsSpan().Trim('"').Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase);
}
