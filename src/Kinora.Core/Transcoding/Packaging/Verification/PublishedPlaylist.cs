using System.Globalization;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>A media playlist as it lies on disk, read by nothing that wrote it.</summary>
internal sealed record PublishedPlaylist
{
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The init segments, in their order; at least one.</summary>
    public required IReadOnlyList<PublishedMap> Maps { get; init; }
    public required IReadOnlyList<PublishedSegment> Segments { get; init; }

    public int TargetDuration => (int)PlaylistText.ParseNumber(Tags["EXT-X-TARGETDURATION"]);

    public long DurationUs => Segments.Sum(s => s.DurationUs);

    /// <exception cref="FormatException">This is no media playlist that we would publish.</exception>
    public static PublishedPlaylist Parse(string text)
    {
        var tags = new Dictionary<string, string>();
        var segments = new List<PublishedSegment>();
        var maps = new List<PublishedMap>();
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
                case "EXT-X-MAP":
                    maps.Add(ParseMap(value));
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

        return new PublishedPlaylist
        {
            Tags = tags,
            Segments = segments,
            Maps = maps.Count > 0 ? maps : throw new FormatException("The playlist names no init segment."),
        };
    }

    private static PublishedMap ParseMap(string value)
    {
        var attributes = PlaylistText.ParseAttributes(value);
        var uri = attributes.GetValueOrDefault("URI") ?? throw new FormatException("The playlist names no init segment.");
        var range = attributes.TryGetValue("BYTERANGE", out var bytes) ? ParseRange(bytes) : ((long Length, long Offset)?)null;
        return range is { Offset: not 0 }
            ? throw new FormatException("An init segment does not stand at the start of its object.")
            : new PublishedMap(uri, range?.Length);
    }

    internal static long ParseDuration(string value) =>
        decimal.TryParse(value.TrimEnd(','), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds < 1_000_000
            ? (long)(seconds * 1_000_000)
            : throw new FormatException("A duration is malformed.");

    private static (long Length, long Offset) ParseRange(string value) => value.Split('@') is [var length, var offset]
        ? (PlaylistText.ParseNumber(length), PlaylistText.ParseNumber(offset))
        : throw new FormatException("A byte range is malformed.");
}

/// <param name="Length">From the object's start; null: all of it.</param>
internal sealed record PublishedMap(string Uri, long? Length);

internal sealed record PublishedSegment(string Uri, long Offset, long Length, long DurationUs);
