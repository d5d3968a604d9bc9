using System.Globalization;
using System.Text;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>Media and I-frame playlists. Section numbers are those of draft-pantos-hls-rfc8216bis.</summary>
public static class MediaPlaylist
{
    // 7 is the version of RFC 8216; nothing that is written here needs a later one (§8), and older players refuse those.
    internal const int Version = 7;

    /// <summary>EXT-X-TARGETDURATION (§4.4.3.1) must be the same in every playlist of a package (§6.2.4).</summary>
    /// <param name="planned">The longest segment that was planned.</param>
    /// <param name="longestUs">The longest segment that was made.</param>
    public static int TargetDuration(TimeSpan planned, long longestUs) =>
        Math.Max(1, (int)Math.Max(RoundToSeconds((long)planned.TotalMicroseconds), RoundToSeconds(longestUs)));

    /// <summary>Every segment of the rendition, from its start to its end.</summary>
    public static string Write(Rendition rendition, int targetDuration)
    {
        var text = WriteHeader(rendition.Name, targetDuration, isIFramesOnly: false);
        foreach (var span in rendition.Spans)
        {
            var uri = PackageLayout.Span(rendition.Name, span.Number);
            foreach (var segment in span.Segments)
            {
                WriteSegment(text, segment.DurationUs, segment.Length, segment.Offset, uri);
            }
        }

        return text.Append("#EXT-X-ENDLIST\n").ToString();
    }

    /// <summary>
    /// The first frame of every segment (§4.4.3.6): a range from its moof to the end of that frame, which leaves mdat cut short on purpose.
    /// The duration is that to the next I frame, hence the segment's own.
    /// </summary>
    public static string WriteIFrames(Rendition rendition, int targetDuration)
    {
        var text = WriteHeader(rendition.Name, targetDuration, isIFramesOnly: true);
        foreach (var span in rendition.Spans)
        {
            var uri = PackageLayout.Span(rendition.Name, span.Number);
            foreach (var segment in span.Segments)
            {
                WriteSegment(text, segment.DurationUs, segment.FirstFrameLength, segment.Offset, uri);
            }
        }

        return text.Append("#EXT-X-ENDLIST\n").ToString();
    }

    private static StringBuilder WriteHeader(string rendition, int targetDuration, bool isIFramesOnly)
    {
        var text = new StringBuilder("#EXTM3U\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{Version}\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{targetDuration}\n");
        text.Append("#EXT-X-MEDIA-SEQUENCE:0\n");
        text.Append("#EXT-X-PLAYLIST-TYPE:VOD\n");

        // Every segment starts with an IDR picture (§4.4.2.1); the verification looks.
        text.Append(isIFramesOnly ? "#EXT-X-I-FRAMES-ONLY\n" : "#EXT-X-INDEPENDENT-SEGMENTS\n");
        return text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{PackageLayout.Init(rendition)}\"\n");
    }

    // EXTINF (§4.4.4.1), then EXT-X-BYTERANGE (§4.4.4.2) with its offset always written: a range without one is an error after a new URI.
    private static void WriteSegment(StringBuilder text, long durationUs, long length, long offset, string uri) =>
        text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{durationUs / 1_000_000}.{durationUs % 1_000_000:D6},\n")
            .Append(CultureInfo.InvariantCulture, $"#EXT-X-BYTERANGE:{length}@{offset}\n")
            .Append(uri).Append('\n');

    // "The EXTINF duration of each Media Segment ... when rounded to the nearest integer, MUST be less than or equal" (§4.4.3.1).
    private static long RoundToSeconds(long microseconds) => (microseconds + 500_000) / 1_000_000;
}
