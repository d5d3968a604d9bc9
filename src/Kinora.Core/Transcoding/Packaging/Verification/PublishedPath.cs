namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>Resolves the URIs of playlists, all of which lie at the top of the package's folder.</summary>
internal static class PublishedPath
{
    /// <exception cref="FormatException">The URI is not relative, or leaves the folder.</exception>
    public static string Resolve(string folder, string uri)
    {
        // The playback token stands in the path: an absolute URI would lose it.
        var isPlain = uri.Length > 0 && uri.Split('/').All(part => part.Length > 0 && part[0] != '.' && part.All(IsUnreserved));
        return isPlain ? Path.Combine(folder, uri) : throw new FormatException($"The URI {uri} is not a plain relative one.");
    }

    // RFC 3986 §2.3.
    private static bool IsUnreserved(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '~';
}
