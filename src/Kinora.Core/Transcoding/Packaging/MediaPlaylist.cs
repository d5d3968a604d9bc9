using System.Globalization;
using System.Text;
using Kinora.Core.Transcoding.Packaging.WebVtt;

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

    /// <summary>Every segment of the rendition, from its start to its end, or to where it has come.</summary>
    /// <param name="isComplete">Nothing follows; else the playlist grows (§4.4.3.5), and the player asks for it again.</param>
    public static string Write(Rendition rendition, int targetDuration, bool isComplete = true) =>
        Write(rendition, targetDuration, isComplete, isIFramesOnly: false);

    /// <summary>
    /// The first frame of every segment (§4.4.3.6): a range from its moof to the end of that frame, which leaves mdat cut short on purpose.
    /// The duration is that to the next I frame, hence the segment's own.
    /// </summary>
    public static string WriteIFrames(Rendition rendition, int targetDuration, bool isComplete = true) =>
        Write(rendition, targetDuration, isComplete, isIFramesOnly: true);

    /// <summary>
    /// One segment as long as the video, for which subtitles of the type VOD may have a target duration of their own (§6.2.4). They are of it while
    /// the video grows too, as an EVENT, which that section does not foresee: players do not mind (decision 0022).
    /// </summary>
    public static string WriteText(TextRendition text) =>
        new StringBuilder("#EXTM3U\n")
            .Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{Version}\n")
            .Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{TargetDuration(TimeSpan.Zero, text.DurationUs)}\n")
            .Append("#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n")
            .Append(CultureInfo.InvariantCulture, $"#EXTINF:{text.DurationUs / 1_000_000}.{text.DurationUs % 1_000_000:D6},\n{text.Uri}\n")
            .Append("#EXT-X-ENDLIST\n")
            .ToString();

    private static string Write(Rendition rendition, int targetDuration, bool isComplete, bool isIFramesOnly)
    {
        var text = WriteHeader(targetDuration, isComplete, isIFramesOnly);
        MediaInit? init = null;
        foreach (var part in rendition.Objects)
        {
            if (part.Init != init)
            {
                WriteMap(text, init = part.Init);
            }

            foreach (var segment in part.Segments)
            {
                WriteSegment(text, segment.DurationUs, isIFramesOnly ? segment.FirstFrameLength : segment.Length, segment.Offset, part.Uri);
            }
        }

        return (isComplete ? text.Append("#EXT-X-ENDLIST\n") : text).ToString();
    }

    private static StringBuilder WriteHeader(int targetDuration, bool isComplete, bool isIFramesOnly)
    {
        var text = new StringBuilder("#EXTM3U\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{Version}\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{targetDuration}\n");
        text.Append("#EXT-X-MEDIA-SEQUENCE:0\n");
        text.Append(isComplete ? "#EXT-X-PLAYLIST-TYPE:VOD\n" : "#EXT-X-PLAYLIST-TYPE:EVENT\n");

        // Every segment starts with an IDR picture (§4.4.2.1); the verification looks.
        text.Append(isIFramesOnly ? "#EXT-X-I-FRAMES-ONLY\n" : "#EXT-X-INDEPENDENT-SEGMENTS\n");

        // What grows is taken for live, which players start near its end (§4.4.2.2).
        return isComplete ? text : text.Append("#EXT-X-START:TIME-OFFSET=0\n");
    }

    // §4.4.4.5.
    private static void WriteMap(StringBuilder text, MediaInit init)
    {
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{init.Uri}\"");
        text.Append(init.Length is { } length ? string.Create(CultureInfo.InvariantCulture, $",BYTERANGE=\"{length}@0\"") : "").Append('\n');
    }

    // EXTINF (§4.4.4.1), then EXT-X-BYTERANGE (§4.4.4.2) with its offset always written: a range without one is an error after a new URI.
    private static void WriteSegment(StringBuilder text, long durationUs, long length, long offset, string uri) =>
        text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{durationUs / 1_000_000}.{durationUs % 1_000_000:D6},\n")
            .Append(CultureInfo.InvariantCulture, $"#EXT-X-BYTERANGE:{length}@{offset}\n")
            .Append(uri).Append('\n');

    // "The EXTINF duration of each Media Segment ... when rounded to the nearest integer, MUST be less than or equal" (§4.4.3.1).
    private static long RoundToSeconds(long microseconds) => (microseconds + 500_000) / 1_000_000;
}
