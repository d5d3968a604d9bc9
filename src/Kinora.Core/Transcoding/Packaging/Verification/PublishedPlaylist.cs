using System.Globalization;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>A media playlist as it lies on disk, read by nothing that wrote it.</summary>
internal sealed record PublishedPlaylist
{
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
    public required string MapUri { get; init; }
    public required IReadOnlyList<PublishedSegment> Segments { get; init; }

    public int TargetDuration => (int)PlaylistText.ParseNumber(Tags["EXT-X-TARGETDURATION"]);

    public long DurationUs => Segments.Sum(s => s.DurationUs);

    /// <exception cref="FormatException">This is no media playlist that we would publish.</exception>
    public static PublishedPlaylist Parse(string text)
    {
        var tags = new Dictionary<string, string>();
        var segments = new List<PublishedSegment>();
        long? durationUs = null;
        (long Length, long Offset)? range = null;
        foreach (var line in PlaylistText.ReadLines(text))
        {
            var (tag, value) = PlaylistText.SplitTag(line);
            switch (tag)
            {
                case null:
                    segments.Add(durationUs is { } duration && range is { } bytes
                        ? new PublishedSegment(line, bytes.Offset, bytes.Length, duration)
                        : throw new FormatException("A segment has no duration or no byte range."));
                    (durationUs, range) = (null, null);
                    break;
                case "EXTINF":
                    durationUs = ParseDuration(value);
                    break;
                case "EXT-X-BYTERANGE":
                    range = ParseRange(value);
                    break;
                default:
                    if (!tags.TryAdd(tag, value))
                    {
                        throw new FormatException($"{tag} stands twice.");
                    }

                    break;
            }
        }

        if (!tags.ContainsKey("EXT-X-TARGETDURATION") || segments.Count == 0)
        {
            throw new FormatException("The playlist has no target duration or no segments.");
        }

        var map = tags.TryGetValue("EXT-X-MAP", out var attributes) ? PlaylistText.ParseAttributes(attributes) : [];
        return new PublishedPlaylist
        {
            Tags = tags,
            Segments = segments,
            MapUri = map.TryGetValue("URI", out var uri) ? uri : throw new FormatException("The playlist names no init segment."),
        };
    }

    private static long ParseDuration(string value) =>
        decimal.TryParse(value.TrimEnd(','), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds < 1_000_000
            ? (long)(seconds * 1_000_000)
            : throw new FormatException("A duration is malformed.");

    private static (long Length, long Offset) ParseRange(string value) => value.Split('@') is [var length, var offset]
        ? (PlaylistText.ParseNumber(length), PlaylistText.ParseNumber(offset))
        : throw new FormatException("A byte range is malformed.");
}

internal sealed record PublishedSegment(string Uri, long Offset, long Length, long DurationUs);
