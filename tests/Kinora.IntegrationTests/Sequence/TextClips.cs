using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>Videos in a folder with text beside them.</summary>
internal sealed class TextClips(string folder)
{
    public const string English = """
        1
        00:00:01,000 --> 00:00:03,000
        <i>Hello</i> & welcome

        2
        00:00:04,000 --> 00:00:06,500
        A line
        and <font color="red">another</font>

        3
        00:00:11,000 --> 00:00:59,000
        The end
        """;

    private const string Korean = """
        [Script Info]
        ScriptType: v4.00+

        [V4+ Styles]
        Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
        Style: Default,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1

        [Events]
        Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
        Dialogue: 0,0:00:02.00,0:00:04.00,Default,,0,0,0,,{\an8\b1}안녕하세요{\b0}
        Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\p1}m 0 0 l 100 0 100 100 0 100{\p0}
        """;

    /// <summary>In English, in Korean, in Czech (in a charset that nobody tells), and in English for who does not hear.</summary>
    /// <param name="rate">Frames a second.</param>
    /// <param name="frames">From 1.5 s on.</param>
    public async Task<string> FilmAsync(int rate, int frames)
    {
        var (english, korean, czech) = (Path.Combine(folder, "en.srt"), Path.Combine(folder, "ko.ass"), Path.Combine(folder, "cs.srt"));
        var cancellation = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(english, English, cancellation);
        await File.WriteAllTextAsync(korean, Korean, cancellation);
        await File.WriteAllBytesAsync(czech, [.. "1\n00:00:01,000 --> 00:00:03,000\nAhoj\n\n2\n00:00:05,000 --> 00:00:06,000\nP"u8, 0xF8, 0xED, .. "li"u8, 0xB9, .. "\n"u8], cancellation);
        var film = Path.Combine(folder, $"film-{rate}.mkv");
        await Tools.FfmpegAsync([
            "-f", "lavfi", "-i", $"testsrc2=size=480x360:rate={rate}", "-f", "lavfi", "-i", "sine=frequency=440:duration=11.9",
            "-i", english, "-i", korean, "-i", czech, "-i", english,
            "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4", "-map", "5",
            "-frames:v", $"{frames}", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", $"{2 * rate}", "-c:a", "aac",
            "-c:s:0", "srt", "-c:s:1", "ass", "-c:s:2", "copy", "-c:s:3", "srt",
            "-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=kor", "-metadata:s:s:2", "language=cze", "-metadata:s:s:3", "language=eng",
            "-disposition:s:1", "forced", "-disposition:s:3", "hearing_impaired",
            "-output_ts_offset", "1.5", "file:" + film,
        ]);
        return film;
    }

    /// <summary>As phones and editors trim: what was cut off is still there, and an edit list hides it. Its text begins before it.</summary>
    public async Task<string> TrimmedAsync()
    {
        var (english, whole, trimmed) = (Path.Combine(folder, "en.srt"), Path.Combine(folder, "whole.mp4"), Path.Combine(folder, "trimmed.mp4"));
        await File.WriteAllTextAsync(english, English, TestContext.Current.CancellationToken);
        await Tools.FfmpegAsync([
            "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=24000/1001:duration=12", "-i", english, "-map", "0", "-map", "1",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng", whole,
        ]);
        await Tools.FfmpegAsync(["-ss", "4.5", "-i", whole, "-map", "0", "-c", "copy", trimmed]);
        return trimmed;
    }
}
