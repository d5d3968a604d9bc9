namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>How text lies beside the video.</summary>
internal static class TextChecks
{
    // Cues are told in milliseconds.
    private const long CueToleranceUs = 1_000;

    /// <param name="videoUs">As the video's playlist tells it.</param>
    public static void Run(CheckList checks, PublishedText text, long videoUs)
    {
        string[] expected =
        [
            $"#EXT-X-VERSION:{MediaPlaylist.Version}",
            $"#EXT-X-TARGETDURATION:{Math.Max(1, (text.DurationUs + 500_000) / 1_000_000)}",
            "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-PLAYLIST-TYPE:VOD",
            $"#EXTINF:{text.DurationUs / 1_000_000}.{text.DurationUs % 1_000_000:D6},",
            text.Uri,
            "#EXT-X-ENDLIST",
        ];
        checks.AddFault(
            "text-playlist-is-of-its-file", text.Name, "a closed VOD playlist with the text's file as its one segment",
            expected.Except(text.Lines).FirstOrDefault() is { } missing ? $"{missing} is missing"
            : text.Lines.Count != expected.Length ? "it has other lines too"
            : null);
        checks.Add(
            "text-lasts-as-long-as-the-video", text.Name,
            Math.Abs(text.DurationUs - videoUs) <= VideoChecks.DurationToleranceUs,
            $"{CheckList.Seconds(videoUs)} within {CheckList.Seconds(VideoChecks.DurationToleranceUs)}",
            CheckList.Seconds(text.DurationUs));

        var end = text.Facts.LastEndMs * 1000;
        checks.AddFault(
            "text-ends-with-its-segment", text.Name, $"cues up to {CheckList.Seconds(text.DurationUs)} at most",
            end > text.DurationUs + CueToleranceUs ? $"a cue up to {CheckList.Seconds(end)}" : null);
    }
}
