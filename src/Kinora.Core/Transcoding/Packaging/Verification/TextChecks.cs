namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>How text lies beside the video.</summary>
internal static class TextChecks
{
    // Cues are told in milliseconds.
    private const long ToleranceUs = 1_000;

    /// <param name="durationUs">Of the video, as its playlist tells it.</param>
    public static void Run(CheckList checks, PublishedText text, long durationUs)
    {
        var seconds = (durationUs + 500_000) / 1_000_000;
        string[] expected =
        [
            $"#EXT-X-VERSION:{MediaPlaylist.Version}", $"#EXT-X-TARGETDURATION:{Math.Max(1, seconds)}", "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD",
            $"#EXTINF:{durationUs / 1_000_000}.{durationUs % 1_000_000:D6},", "#EXT-X-ENDLIST",
        ];
        var missing = expected.Except(text.Lines).FirstOrDefault();
        checks.AddFault(
            "text-lasts-as-long-as-the-video", text.Name, "a closed VOD playlist of one segment, as long as the video's",
            missing is not null ? $"{missing} is missing" : text.Lines.Count != expected.Length + 1 ? "it has other lines too" : null);

        var end = text.Facts.LastEndMs * 1000;
        checks.AddFault(
            "text-ends-with-the-video", text.Name, $"cues up to {CheckList.Seconds(durationUs)} at most",
            end > durationUs + ToleranceUs ? $"a cue up to {CheckList.Seconds(end)}" : null);
    }
}
