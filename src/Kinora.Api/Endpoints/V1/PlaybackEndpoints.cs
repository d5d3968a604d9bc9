using System.Text;
using Kinora.Api.Http;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Playback;
using Kinora.Core.Videos;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Endpoints.V1;

/// <summary>What players fetch: with the owner's token, or by a signature that stands in the path.</summary>
internal static class PlaybackEndpoints
{
    private const string WebVtt = "text/vtt";
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPlayback(this IEndpointRouteBuilder v1)
    {
        var video = v1.MapGroup("/videos/{videoId}").WithTags("Playback");
        video.MapGet("/playback", GetLinksAsync).WithSummary("Links to play a video")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        video.MapGet("/verification", GetVerificationAsync).WithSummary("The report of the published renditions")
            .Produces<VerificationResponse>().Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        video.MapMethods("/hls/{**path}", ReadMethods, GetHlsAsync).WithSummary("A playlist or a segment")
            .WithDescription("`masterUrl` of the playback answer leads here, with its signature as the first part of the path; or the "
                + "path is that of the playlist itself, with the owner's token. Takes Range (one range), If-None-Match and If-Range.")
            .DeliversObject("application/vnd.apple.mpegurl", "video/mp4", "audio/mp4").AllowAnonymous();
        video.MapMethods("/thumbnail", ReadMethods, GetThumbnailAsync).WithSummary("The thumbnail").DeliversObject("image/jpeg").AllowAnonymous();
        video.MapMethods("/thumbnail/{token}", ReadMethods, GetSignedThumbnailAsync).WithSummary("The thumbnail, by `thumbnailUrl`")
            .DeliversObject("image/jpeg").AllowAnonymous();
        video.MapMethods("/storyboard.vtt", ReadMethods, GetStoryboardAsync).WithSummary("The storyboard, as WebVTT")
            .WithDescription("Pictures for a seek bar. Each cue is a piece of a sprite, `storyboard-1-0.jpg#xywh=0,0,160,90`, by a URI that is "
                + "relative to this one. Not found where there is none.")
            .DeliversObject(WebVtt).AllowAnonymous();
        video.MapMethods("/storyboard-{sprite}.jpg", ReadMethods, GetSpriteAsync).WithSummary("A sprite of the storyboard")
            .DeliversObject("image/jpeg").AllowAnonymous();
        video.MapMethods("/storyboard/{token}/{name}", ReadMethods, GetSignedStoryboardAsync)
            .WithSummary("The storyboard, by `storyboardUrl`, and its sprites")
            .DeliversObject(WebVtt, "image/jpeg").AllowAnonymous();
        video.MapMethods("/hls/{**path}", [HttpMethods.Options], Preflight).ExcludeFromDescription().Limits(RatePolicy.Playback).AllowAnonymous();
        video.MapMethods("/thumbnail/{token}", [HttpMethods.Options], Preflight).ExcludeFromDescription().Limits(RatePolicy.Playback).AllowAnonymous();
        video.MapMethods("/storyboard/{token}/{name}", [HttpMethods.Options], Preflight).ExcludeFromDescription().Limits(RatePolicy.Playback).AllowAnonymous();
    }

    private static async Task<Ok<PlaybackResponse>> GetLinksAsync(
        ResourceId videoId,
        HttpRequest request,
        CurrentUser user,
        PlaybackService playback,
        IOptions<PlaybackOptions> options,
        CancellationToken cancellation)
    {
        var links = await playback.GetLinksAsync(user.Id, videoId, cancellation);
        var origin = PublicOrigin.Of(request, options.Value);
        return TypedResults.Ok(new PlaybackResponse(
            origin + links.MasterPath,
            links.ExpiresAt,
            links.IsComplete,
            links.ThumbnailPath is { } thumbnail ? origin + thumbnail : null,
            links.StoryboardPath is { } storyboard ? origin + storyboard : null,
            origin + links.EmbedPath));
    }

    private static async Task<ContentHttpResult> GetVerificationAsync(
        ResourceId videoId, CurrentUser user, PlaybackService playback, CancellationToken cancellation) =>
        TypedResults.Text(await playback.GetVerificationAsync(user.Id, videoId, cancellation), "application/json", Encoding.UTF8);

    private static async Task GetHlsAsync(
        ResourceId videoId,
        string? path,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation)
    {
        var (token, name) = Split(path ?? string.Empty);
        var isSigned = await gate.OpenAsync(context, videoId, token, cancellation);
        var file = await playback.FindHlsFileAsync(videoId, name, cancellation);
        await (file.Stored is { } stored
            ? delivery.SendAsync(context, stored, isSigned, cancellation)
            : ObjectDelivery.SendPlaylistAsync(context, file.Playlist!, isSigned, cancellation));
    }

    private static Task GetThumbnailAsync(
        ResourceId videoId,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation) =>
        SendThumbnailAsync(videoId, null, context, playback, gate, delivery, cancellation);

    private static Task GetSignedThumbnailAsync(
        ResourceId videoId,
        string token,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation) =>
        SendThumbnailAsync(videoId, token, context, playback, gate, delivery, cancellation);

    private static async Task SendThumbnailAsync(
        Guid videoId,
        string? token,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation)
    {
        var isSigned = await gate.OpenAsync(context, videoId, token, cancellation);
        var file = await playback.FindThumbnailAsync(videoId, cancellation);
        await delivery.SendAsync(context, file, isSigned, cancellation);
    }

    private static Task GetStoryboardAsync(
        ResourceId videoId,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation) =>
        SendStoryboardAsync(videoId, null, StoryboardNames.Text, context, playback, gate, delivery, cancellation);

    private static Task GetSpriteAsync(
        ResourceId videoId,
        string sprite,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation) =>
        SendStoryboardAsync(videoId, null, $"{StoryboardNames.Sprites}{sprite}.jpg", context, playback, gate, delivery, cancellation);

    private static Task GetSignedStoryboardAsync(
        ResourceId videoId,
        string token,
        string name,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation) =>
        SendStoryboardAsync(videoId, token, name, context, playback, gate, delivery, cancellation);

    private static async Task SendStoryboardAsync(
        Guid videoId,
        string? token,
        string name,
        HttpContext context,
        PlaybackService playback,
        PlaybackGate gate,
        ObjectDelivery delivery,
        CancellationToken cancellation)
    {
        var isSigned = await gate.OpenAsync(context, videoId, token, cancellation);
        var file = await playback.FindStoryboardFileAsync(videoId, name, cancellation);
        await delivery.SendAsync(context, file, isSigned, cancellation);
    }

    /// <summary>
    /// Browsers ask before a Range from another origin (Fetch §3.3.5); a signed URL is open to all of them, what needs the owner's token to
    /// none.
    /// </summary>
    private static NoContent Preflight(ResourceId videoId, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Allow = "GET, HEAD, OPTIONS";
        if (PlaybackGate.IsSigned(context))
        {
            PlaybackGate.AllowAnyOrigin(context.Response);
            headers.AccessControlAllowMethods = "GET, HEAD, OPTIONS";
            headers.AccessControlAllowHeaders = "Range, If-None-Match, If-Range";
            headers.AccessControlMaxAge = "86400";
        }

        return TypedResults.NoContent();
    }

    private static (string? Token, string Name) Split(string path)
    {
        if (!path.StartsWith(PlaybackToken.Mark))
        {
            return (null, path);
        }

        var slash = path.IndexOf('/');
        return slash < 0 ? (path, string.Empty) : (path[..slash], path[(slash + 1)..]);
    }
}
