using System.Text.Encodings.Web;
using Kinora.Api.Http;
using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Playback;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Endpoints;

/// <summary>
/// GET /oembed (oembed.com 1.0): how pages of others turn a link to a video into a player. The link bears the signature; nothing is told
/// without one that is good.
/// </summary>
internal static class OEmbed
{
    private const string Version = "1.0";
    private const int DefaultWidth = 640;
    private const int DefaultHeight = 360;

    public static void MapOEmbed(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("").RefusesUnknownQuery().Limits(RatePolicy.Playback).AllowAnonymous()
            .MapGet("/oembed", GetAsync).WithTags("Playback").WithSummary("What to embed for a link")
            .WithDescription("As oEmbed 1.0 says, in JSON. `url` is `/embed/{videoId}/{token}` of this server.")
            .TakesQuery("url", "format", "maxwidth", "maxheight").Refuses(ErrorCode.Unauthorized, ErrorCode.Forbidden, ErrorCode.NotFound);

    private static async Task<Ok<OEmbedResponse>> GetAsync(
        [AsParameters] OEmbedQuery query,
        HttpRequest request,
        PlaybackToken tokens,
        PlaybackService playback,
        IOptions<PlaybackOptions> options,
        CancellationToken cancellation)
    {
        var origin = PublicOrigin.Of(request, options.Value);
        var (videoId, token) = Parse(query.Url, origin) ?? throw Refusal.NotFound("Only a page /embed/{videoId}/{token} of this server can be embedded.");
        tokens.Check(token, videoId);
        var video = await playback.GetPictureAsync(videoId, cancellation);
        var (width, height) = Fit(video, query.MaxWidth ?? int.MaxValue, query.MaxHeight ?? int.MaxValue);
        var page = $"{origin}/embed/{videoId}/{token}";
        return TypedResults.Ok(new OEmbedResponse(
            Version,
            "video",
            "Kinora",
            origin,
            video.Title,
            width,
            height,
            $"<iframe src=\"{page}\" title=\"{HtmlEncoder.Default.Encode(video.Title)}\" width=\"{width}\" height=\"{height}\" "
                + "style=\"border:0\" allow=\"autoplay; fullscreen; picture-in-picture\" allowfullscreen></iframe>",
            video.HasThumbnail ? $"{origin}/v1/videos/{videoId}/thumbnail/{token}" : null));
    }

    private static (Guid VideoId, string Token)? Parse(string url, string origin) =>
        url.StartsWith(origin, StringComparison.OrdinalIgnoreCase)
        && url[origin.Length..].Split('/') is ["", "embed", var id, var token]
        && Guid.TryParseExact(id, "D", out var videoId)
            ? (videoId, token)
            : null;

    /// <summary>In the picture's shape, as large as is allowed and no larger than is usual.</summary>
    private static (int Width, int Height) Fit(PlayedVideo video, int maxWidth, int maxHeight)
    {
        var shape = video is { Width: > 0, Height: > 0 } ? (double)video.Width.Value / video.Height.Value : (double)DefaultWidth / DefaultHeight;
        var width = Math.Min(shape >= 1 ? DefaultWidth : DefaultHeight * shape, Math.Min(maxWidth, maxHeight * shape));
        return (Math.Max(1, (int)Math.Round(width)), Math.Max(1, (int)Math.Round(width / shape)));
    }
}
