using Kinora.Api.Http.Identity;
using Kinora.Core.Errors;
using Kinora.Core.Playback;
using Kinora.Core.Videos;

namespace Kinora.Api.Http;

/// <summary>Lets a request through to a video's objects: by the signature in its path, or as the video's owner.</summary>
internal sealed class PlaybackGate(PlaybackToken tokens, VideoAccess access)
{
    /// <returns>True: by a signature, from any origin.</returns>
    public async Task<bool> OpenAsync(HttpContext context, Guid videoId, string? token, CancellationToken cancellation)
    {
        if (token is null)
        {
            var user = CurrentUser.Of(context) ?? throw Refusal.Unauthorized();
            await access.GetAsync(user.Id, videoId, cancellation);
            return false;
        }

        // On errors too: a player has to see why. The error envelope clears the headers, so they are set at the last moment.
        context.Response.OnStarting(() =>
        {
            AllowAnyOrigin(context.Response);
            return Task.CompletedTask;
        });
        tokens.Check(token, videoId);
        return true;
    }

    /// <summary>Whether the path bears a signature, whatever that is worth.</summary>
    public static bool IsSigned(HttpContext context) =>
        (context.GetRouteValue("token") ?? context.GetRouteValue("path"))?.ToString()?.StartsWith(PlaybackToken.Mark) == true;

    public static void AllowAnyOrigin(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.AccessControlExposeHeaders = "Accept-Ranges, Content-Length, Content-Range, ETag, X-Request-Id";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
    }
}
