using System.Globalization;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>The names in a package, relative to its folder. Playlists lie at the top, so that these are also their URIs.</summary>
public static class PackageLayout
{
    public const string Master = "master.m3u8";

    public static string Init(string rendition) => $"{rendition}/init.mp4";

    public static string Span(string rendition, int number) => string.Create(CultureInfo.InvariantCulture, $"{rendition}/{number}.m4s");

    /// <summary>An object with its own init segment.</summary>
    public static string Piece(string track, int number) => string.Create(CultureInfo.InvariantCulture, $"{track}-{number}.mp4");

    /// <summary>The whole of a text track.</summary>
    public static string Text(string track) => $"{track}.vtt";

    public static string Playlist(string rendition) => $"{rendition}.m3u8";

    public static string IFramePlaylist(string rendition) => $"{rendition}.iframes.m3u8";

    /// <summary>Names become URIs, folders and object keys without escaping: only what needs none is let through.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 32 && name != "master" && name.All(
            c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
