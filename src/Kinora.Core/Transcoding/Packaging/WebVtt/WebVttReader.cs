using System.Globalization;

namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>
/// Reads the cues of a WebVTT file, as ffmpeg writes it of any kind of subtitles: a hostile file has decided on every word, and on every time.
/// </summary>
public static class WebVttReader
{
    private const string Signature = "WEBVTT";
    private const string Arrow = " --> ";

    /// <summary>In the order of the file. What has no time that can be read is left out.</summary>
    /// <exception cref="FormatException">It does not begin as WebVTT does (W3C WebVTT §4.1).</exception>
    public static IReadOnlyList<Cue> Read(TextReader reader)
    {
        if (reader.ReadLine() is not Signature)
        {
            throw new FormatException("This is no WebVTT.");
        }

        var cues = new List<Cue>();
        (long Start, long End)? times = null;
        var lines = new List<string>();
        var isAfterEmpty = true;
        while (reader.ReadLine() is { } line)
        {
            // In the midst of a text it is a part of it: ffmpeg does not escape what would be a time.
            if (isAfterEmpty && line.Contains(Arrow, StringComparison.Ordinal))
            {
                Close();
                times = ParseTimes(line);
            }
            else if (line.Length > 0)
            {
                // Also after an empty line, which ffmpeg lets stand within a cue: what follows belongs to it.
                lines.Add(line);
            }

            isAfterEmpty = line.Length == 0;
        }

        Close();
        return cues;

        void Close()
        {
            if (times is var (start, end))
            {
                cues.Add(new Cue(start, end, string.Join('\n', lines)));
            }

            lines.Clear();
        }
    }

    private static (long Start, long End)? ParseTimes(string line)
    {
        var arrow = line.IndexOf(Arrow, StringComparison.Ordinal);
        var rest = line.AsSpan(arrow + Arrow.Length);
        var space = rest.IndexOf(' ');
        return ParseTime(line.AsSpan(0, arrow)) is { } start && ParseTime(space < 0 ? rest : rest[..space]) is { } end ? (start, end) : null;
    }

    /// <summary>
    /// [hours:]minutes:seconds.milliseconds, of which hours may have any number of digits (§3.3). Before 0 ffmpeg puts a minus at each part: "00:-4.-500".
    /// </summary>
    private static long? ParseTime(ReadOnlySpan<char> text)
    {
        var plain = text.ToString().Replace("-", "", StringComparison.Ordinal);
        var parts = plain.Split(':');
        if (parts.Length is not (2 or 3)
            || !TryParse(parts[^2], out var minutes)
            || !TryParse(parts.Length == 3 ? parts[0] : "0", out var hours)
            || !decimal.TryParse(parts[^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            || seconds >= 60)
        {
            return null;
        }

        var time = (hours * 3_600_000L) + (minutes * 60_000L) + (long)(seconds * 1000);
        return plain.Length == text.Length ? time : -time;

        static bool TryParse(string part, out int number) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
