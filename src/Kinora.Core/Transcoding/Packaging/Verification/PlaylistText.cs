using System.Globalization;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>The lines and attribute lists of which playlists consist: draft-pantos-hls-rfc8216bis §4.1 and §4.2.</summary>
internal static class PlaylistText
{
    public static IEnumerable<string> ReadLines(string text)
    {
        var lines = text.Split('\n');
        if (lines[0] != "#EXTM3U")
        {
            throw new FormatException("A playlist must start with #EXTM3U.");
        }

        return lines.Skip(1).Where(l => l.Length > 0);
    }

    /// <summary>The tag without its '#', or null where the line is a URI.</summary>
    public static (string? Tag, string Value) SplitTag(string line)
    {
        if (line[0] != '#')
        {
            return (null, line);
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (line[1..], "") : (line[1..colon], line[(colon + 1)..]);
    }

    public static Dictionary<string, string> ParseAttributes(string list)
    {
        var attributes = new Dictionary<string, string>();
        var rest = list.AsSpan();
        while (rest.Length > 0)
        {
            var equals = rest.IndexOf('=');
            if (equals < 1)
            {
                throw new FormatException("An attribute list is malformed.");
            }

            var name = rest[..equals].ToString();
            rest = rest[(equals + 1)..];
            var isQuoted = rest.Length > 0 && rest[0] == '"';
            rest = isQuoted ? rest[1..] : rest;
            var end = rest.IndexOf(isQuoted ? '"' : ',');
            if (end < 0)
            {
                end = isQuoted ? throw new FormatException("A quoted string does not end.") : rest.Length;
            }

            attributes[name] = rest[..end].ToString();
            rest = rest[Math.Min(rest.Length, isQuoted ? end + 1 : end)..];
            rest = rest.Length > 0 && rest[0] == ',' ? rest[1..] : rest;
        }

        return attributes;
    }

    public static long ParseNumber(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("A number is malformed.");
}
