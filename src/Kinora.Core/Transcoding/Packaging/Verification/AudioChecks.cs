namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>How the audio lies beside the video.</summary>
internal static class AudioChecks
{
    // An AAC frame has 1024 samples: the last one reaches past the end by less.
    private const long EndToleranceUs = (1024 * 1_000_000L / 48_000) + 1;

    // ffmpeg closes an audio fragment with the first frame past -frag_duration 1000000.
    private const long LongestFragmentUs = 1_100_000;

    public static void Run(CheckList checks, PublishedRendition audio, PublishedRendition video, Expectations expectations)
    {
        checks.AddFault(
            "audio-stays-behind-the-video-edge",
            audio.Name,
            "every cut at or before one of the video, within a fragment",
            FindEdgeFault(audio, video));
        CheckEnd(checks, audio, video, expectations.AudioEnd);
    }

    /// <summary>
    /// A segment that starts just before a cut of the video belongs to what follows it; it must end at or before the next cut for which
    /// there was room.
    /// </summary>
    private static string? FindEdgeFault(PublishedRendition audio, PublishedRendition video)
    {
        var edge = 1;
        for (var i = 0; i + 1 < audio.Segments.Count; i++)
        {
            var (start, end) = (audio.Segments[i].Start.Microseconds, audio.Segments[i].End.Microseconds);
            while (edge < video.Segments.Count && video.Segments[edge].Start.Microseconds <= start + LongestFragmentUs)
            {
                edge++;
            }

            if (edge < video.Segments.Count && end > video.Segments[edge].Start.Microseconds)
            {
                var cut = CheckList.Seconds(video.Segments[edge].Start.Microseconds);
                return $"segment {i} ends at {CheckList.Seconds(end)}, past the video's cut at {cut}";
            }
        }

        return null;
    }

    /// <summary>
    /// The published audio must end where it was planned to, which is with the video: players stall or leap back otherwise. Where that was
    /// not known beforehand, a difference is told and not judged.
    /// </summary>
    private static void CheckEnd(CheckList checks, PublishedRendition audio, PublishedRendition video, TimeSpan? expected)
    {
        var end = audio.End.Microseconds;
        var behind = video.End.Microseconds - end;
        var relation = Math.Abs(behind) <= EndToleranceUs ? "together with the video"
            : behind > 0 ? $"{CheckList.Seconds(behind)} before the video"
            : $"{CheckList.Seconds(-behind)} after the video";
        var target = (long)(expected?.TotalMicroseconds ?? 0);
        checks.Add(
            "audio-ends-as-planned",
            audio.Name,
            expected is null || Math.Abs(end - target) <= EndToleranceUs,
            expected is null
                ? "any end: it was not known beforehand"
                : $"{CheckList.Seconds(target)} within {CheckList.Seconds(EndToleranceUs)}",
            $"{CheckList.Seconds(end)}, {relation}");
    }
}
