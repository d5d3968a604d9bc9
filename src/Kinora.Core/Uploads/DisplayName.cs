using System.Globalization;
using System.Text;

namespace Kinora.Core.Uploads;

/// <summary>A client's file name, made fit to be shown. It never becomes part of a path, a key or an argument.</summary>
public static class DisplayName
{
    private const int MaxLength = 255;
    private const string Fallback = "video";

    /// <summary>The last part of the path, without control, format (RTL override) and invalid characters, cut to 255 UTF-16 units.</summary>
    public static string Clean(string? filename)
    {
        var last = (filename ?? string.Empty).Split('/', '\\')[^1];
        var text = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes())
        {
            var isVisible = Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            if (isVisible && rune != Rune.ReplacementChar && text.Length + rune.Utf16SequenceLength <= MaxLength)
            {
                text.Append(rune);
            }
        }

        var clean = text.ToString().Trim();
        return clean.Trim('.').Length == 0 ? Fallback : clean;
    }

    /// <summary>A title for a video whose uploader gave none: the name without its extension.</summary>
    public static string ToTitle(string displayName, int maxLength)
    {
        var title = Path.GetFileNameWithoutExtension(displayName).Trim();
        title = title.Length == 0 ? displayName : title;
        return title.Length <= maxLength ? title : title[..(char.IsHighSurrogate(title[maxLength - 1]) ? maxLength - 1 : maxLength)];
    }
}
