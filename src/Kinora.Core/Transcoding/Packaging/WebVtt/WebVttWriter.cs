using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>
/// Writes cues as the one segment of a text rendition (RFC 8216 §3.5). Without X-TIMESTAMP-MAP their times are those of the presentation, which
/// begins at 0 in all that we publish.
/// </summary>
public static partial class WebVttWriter
{
    /// <param name="cues">In any order.</param>
    /// <param name="shiftMs">Added to every time.</param>
    /// <param name="endMs">Of the video: nothing is shown after it. Null: it is not known.</param>
    /// <returns>The cues that have a word, and a time to show it, in the order in which they are shown (W3C WebVTT §4.1).</returns>
    public static IReadOnlyList<Cue> Prepare(IEnumerable<Cue> cues, long shiftMs, long? endMs) =>
    [
        .. cues
            .Where(cue => !Drawing().IsMatch(cue.Text))
            .Select(cue => new Cue(Math.Max(0, cue.StartMs + shiftMs), Math.Min(endMs ?? long.MaxValue, cue.EndMs + shiftMs), Escape(cue.Text).Trim()))
            .Where(cue => cue.EndMs > cue.StartMs && cue.Text.Length > 0)
            .OrderBy(cue => cue.StartMs)
            .ThenBy(cue => cue.EndMs),
    ];

    public static void Write(TextWriter writer, IEnumerable<Cue> cues)
    {
        writer.Write("WEBVTT\n");
        foreach (var cue in cues)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"\n{Time(cue.StartMs)} --> {Time(cue.EndMs)}\n{cue.Text}\n"));
        }
    }

    /// <summary>
    /// Bold, italic and underlined stay; everything else that looks like markup is text, which ffmpeg does not escape. So no text ends a cue
    /// ("-->" in it would, §4.1) or means anything to a player.
    /// </summary>
    private static string Escape(string text) => Special().Replace(text, match => match.Value switch
    {
        "<" => "&lt;",
        ">" => "&gt;",
        "&" => "&amp;",
        "\0" => "\uFFFD",
        var kept => kept,
    });

    private static string Time(long ms) => string.Create(
        CultureInfo.InvariantCulture, $"{ms / 3_600_000:D2}:{ms / 60_000 % 60:D2}:{ms / 1000 % 60:D2}.{ms % 1000:D3}");

    /// <summary>Paths of ASS drawings ("{\\p1}m 0 0 l 100 0 ..."), which ffmpeg takes for text.</summary>
    [GeneratedRegex(@"\A\s*m(?:\s+-?[0-9.]+){2}(?:\s+(?:[mnlbspc]|-?[0-9.]+))*\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Drawing();

    [GeneratedRegex("</?[biu]>|&(?:amp|lt|gt|lrm|rlm|nbsp);|[<>&\0]", RegexOptions.CultureInvariant)]
    private static partial Regex Special();
}
