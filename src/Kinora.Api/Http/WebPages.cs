using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Playback;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Http;

/// <summary>
/// The web pages: GET /, /app with all below it, /watch and /embed, and the files that they load, which Vite names by their content. What
/// every answer says to a browser comes from SecurityHeaders; only the policy is a page's own.
/// </summary>
public static class WebPages
{
    // Nothing inline, nothing from elsewhere. "blob:" is how Media Source Extensions give the video its bytes.
    private const string PlayerPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; " +
        "worker-src 'self'; base-uri 'none'; form-action 'none'; ";

    private const string ContentSecurityPolicy = PlayerPolicy + "frame-ancestors 'none'";

    // The link is what lets somebody see it, and there is nothing to click that would do anything to anybody.
    private const string EmbedPolicy = PlayerPolicy + SecurityHeaders.AnyFrame;

    // A thumbnail is fetched with the owner's token and shown as a blob; the player is a page of ours in a frame.
    private const string AppPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public static IEndpointRouteBuilder MapWebPages(this IEndpointRouteBuilder routes)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        MapPage(routes, "/", Path.Combine(folder, "index.html"), ContentSecurityPolicy);
        MapPage(routes, "/watch", Path.Combine(folder, "watch.html"), ContentSecurityPolicy);
        MapPage(routes, "/embed/{videoId}/{token}", Path.Combine(folder, "watch.html"), EmbedPolicy, "data-embedded");
        MapPage(routes, "/app/{**path}", Path.Combine(folder, "app.html"), AppPolicy);

        // Looked up, never put together from what was asked for.
        var assets = new DirectoryInfo(Path.Combine(folder, "assets")).GetFiles().ToDictionary(file => file.Name, file => file.FullName);
        routes.MapMethods("/assets/{name}", ReadMethods, (string name, HttpContext context) => GetAsset(assets, name, context))
            .AllowAnonymous().ExcludeFromDescription();
        return routes;
    }

    /// <param name="mark">An attribute of the root element, which the page's style asks for: a script would set it after the first picture.</param>
    private static void MapPage(IEndpointRouteBuilder routes, string pattern, string path, string policy, string mark = "")
    {
        var content = Encoding.UTF8.GetBytes(File.ReadAllText(path).Replace("<html ", $"<html {mark} ", StringComparison.Ordinal));
        var etag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
        routes.MapMethods(pattern, ReadMethods, (HttpContext context, IOptions<PlaybackOptions> options) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.CacheControl = "no-cache";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (policy == EmbedPolicy)
            {
                headers["Cross-Origin-Resource-Policy"] = "cross-origin";
                headers.Link = OEmbedLink(PublicOrigin.Of(context.Request, options.Value), context.Request);
            }

            return Results.Bytes(content, "text/html; charset=utf-8", entityTag: etag);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>How who reads the page finds what to embed (oEmbed 1.0 §4).</summary>
    private static string OEmbedLink(string origin, HttpRequest request) =>
        $"<{origin}/oembed?url={Uri.EscapeDataString(origin + request.Path.ToUriComponent())}>; rel=\"alternate\"; type=\"application/json+oembed\"";

    private static IResult GetAsset(Dictionary<string, string> assets, string name, HttpContext context)
    {
        if (!assets.TryGetValue(name, out var path) || !ContentTypes.TryGetContentType(name, out var contentType))
        {
            return Results.NotFound();
        }

        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        // A worker runs under the policy that its script came with: under that of data it would not run at all.
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        foreach (var (encoding, suffix) in new[] { ("br", ".br"), ("gzip", ".gz") })
        {
            if (Accepts(context.Request, encoding) && assets.TryGetValue(name + suffix, out var compressed))
            {
                headers.ContentEncoding = encoding;
                return Results.File(compressed, contentType);
            }
        }

        return Results.File(path, contentType);
    }

    private static bool Accepts(HttpRequest request, string encoding) =>
        request.GetTypedHeaders().AcceptEncoding.Any(accepted =>
            accepted.Quality is not 0 && accepted.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase));
}
