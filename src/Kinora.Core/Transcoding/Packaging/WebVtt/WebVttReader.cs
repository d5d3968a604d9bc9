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

    /// <summary>[hours:]minutes:seconds.milliseconds, of which hours may have any number of digits (§3.3).</summary>
    private static long? ParseTime(ReadOnlySpan<char> text)
    {
        var (time, unit) = (0L, 60_000L);
        var parts = text.Count(':') + 1;
        if (parts is not (2 or 3))
        {
            return null;
        }

        foreach (var range in text.Split(':'))
        {
            parts--;
            if (parts > 0)
            {
                if (!int.TryParse(text[range], NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
                {
                    return null;
                }

                unit = parts == 2 ? 3_600_000 : 60_000;
                time += whole * unit;
            }
            else if (decimal.TryParse(text[range], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 60)
            {
                return time + (long)(seconds * 1000);
            }
        }

        return null;
    }
}
