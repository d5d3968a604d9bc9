using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// Content types of what a package holds: RFC 8216 §4 for playlists, RFC 4337 for media (segments bear the type of their init), W3C WebVTT §8 for text.
/// </summary>
public static class ContentTypes
{
    public const string Playlist = "application/vnd.apple.mpegurl";
    public const string Video = "video/mp4";
    public const string Audio = "audio/mp4";
    public const string Text = "text/vtt";

    public static string Of(TrackKind kind) => kind == TrackKind.Video ? Video : Audio;
}
