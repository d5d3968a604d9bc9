using Kinora.Core.Playback;

namespace Kinora.Api.Http;

/// <summary>How browsers reach this server: what links that it hands out begin with.</summary>
internal static class PublicOrigin
{
    /// <returns>The option, or what the request was sent to; without a slash at its end.</returns>
    public static string Of(HttpRequest request, PlaybackOptions options) =>
        options.PublicUrl is { Length: > 0 } url ? url.TrimEnd('/') : $"{request.Scheme}://{request.Host}";
}
