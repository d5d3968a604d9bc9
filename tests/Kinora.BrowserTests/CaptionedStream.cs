using System.Globalization;

namespace Kinora.BrowserTests;

/// <summary>Captions beside a <see cref="SampleStream"/>, as Kinora publishes them: a playlist of one WebVTT file for each.</summary>
public static class CaptionedStream
{
    public const string Master = "captioned.m3u8";

    /// <summary>Of "en": seconds from the video's start, and what is said.</summary>
    public static readonly IReadOnlyList<(double Start, double End, string Text)> Cues =
        [(1.25, 3.5, "Good morning"), (4, 5.125, "It rains\nin the hills"), (17.5, 19.75, "Good night")];

    private static readonly (string Name, string Language, string File, (double Start, double End, string Text)[] Cues)[] Tracks =
    [
        ("en", "en", "text", [.. Cues]),
        ("ko", "ko", "text2", [(1, 20, "좋은 아침")]),
        ("en 2", "en", "text3", [(1, 20, "[birds sing]")]),
        ("Text", "", "text4", [(1, 20, "Whatever")]),
        ("de", "de", "missing", []), // whose playlist there is not
    ];

    public static async Task AddAsync(string folder)
    {
        foreach (var track in Tracks.Where(track => track.Cues.Length > 0))
        {
            var cues = track.Cues.Select(cue => $"{Clock(cue.Start)} --> {Clock(cue.End)}\n{cue.Text}\n\n");
            await File.WriteAllTextAsync(Path.Combine(folder, $"{track.File}.vtt"), $"WEBVTT\n\n{string.Concat(cues)}");
            await File.WriteAllTextAsync(Path.Combine(folder, $"{track.File}.m3u8"), $"""
                #EXTM3U
                #EXT-X-VERSION:7
                #EXT-X-TARGETDURATION:{SampleStream.Seconds}
                #EXT-X-PLAYLIST-TYPE:VOD
                #EXTINF:{SampleStream.Seconds}.000,
                {track.File}.vtt
                #EXT-X-ENDLIST

                """);
        }

        var media = Tracks.Select(track =>
            $"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"{track.Name}\"{(track.Language.Length > 0 ? $",LANGUAGE=\"{track.Language}\"" : "")}," +
            $"DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"{track.File}.m3u8\"\n");
        var master = await File.ReadAllTextAsync(Path.Combine(folder, "master.m3u8"));
        await File.WriteAllTextAsync(Path.Combine(folder, Master), master
            .Replace("#EXT-X-MEDIA:TYPE=AUDIO", $"{string.Concat(media)}#EXT-X-MEDIA:TYPE=AUDIO", StringComparison.Ordinal)
            .Replace("#EXT-X-STREAM-INF:", "#EXT-X-STREAM-INF:SUBTITLES=\"text\",", StringComparison.Ordinal));
    }

    private static string Clock(double seconds) => TimeSpan.FromSeconds(seconds).ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);
}
