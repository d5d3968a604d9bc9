namespace Kinora.Api.Http;

/// <summary>
/// What every answer says to a browser, unless its endpoint said otherwise: it is data, not a page, whatever its bytes are. Pages set their
/// own policy.
/// </summary>
internal static class SecurityHeaders
{
    /// <summary>30 days, and of this name alone: a self-hosted name may go back to http one day.</summary>
    private const string StrictTransportSecurity = "max-age=2592000";

    /// <summary>Of a policy: every page may show this one in a frame. X-Frame-Options has no word for it.</summary>
    public const string AnyFrame = "frame-ancestors *";

    private const string FrameOptions = "X-Frame-Options";

    /// <summary>Of the answers that Kestrel gives by itself too.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> All { get; } =
    [
        new("X-Content-Type-Options", "nosniff"),
        new("Referrer-Policy", "no-referrer"),
        new("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        new(FrameOptions, "DENY"),
    ];

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            var isFramed = headers.ContentSecurityPolicy.ToString().EndsWith(AnyFrame, StringComparison.Ordinal);
            foreach (var (name, value) in All.Where(header => !isFramed || header.Key != FrameOptions))
            {
                headers.TryAdd(name, value);
            }

            if (context.Response.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true)
            {
                headers.TryAdd("Cache-Control", "no-store");
            }

            // By the scheme of Kestrel itself, or that of a proxy that is trusted.
            if (context.Request.IsHttps)
            {
                headers.TryAdd("Strict-Transport-Security", StrictTransportSecurity);
            }

            return Task.CompletedTask;
        });
        return next(context);
    });
}
