using System.Text;
using Kinora.Core.Errors;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Http;

/// <summary>Refuses what no endpoint can take: U+0000 in the query, and JSON in another encoding than UTF-8.</summary>
internal static class TextGuard
{
    public static void UseTextGuard(this WebApplication app) => app.Use((context, next) =>
    {
        var query = context.Request.QueryString.Value;
        if (query is not null && query.Contains("%00", StringComparison.Ordinal))
        {
            throw Refusal.Validation("query", TextConverter.NulMessage);
        }

        // The framework would answer an unknown charset with an exception, so a 500.
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            && type.Charset.HasValue
            && type.MediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase)
            && !type.Charset.Value.AsSpan().Trim('"').Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal.UnsupportedMediaType("JSON is to be sent in UTF-8.");
        }

        return next(context);
    });
}
