namespace Kinora.Cli.Terminals;

/// <summary>
/// Text of others (titles, file names, a server's messages) on its way to a terminal: without what moves the cursor, sets the window's title,
/// answers questions that nobody asked (ECMA-48 controls, C0 and C1), or turns the order of what is read (Unicode UAX #9).
/// </summary>
internal static class TerminalText
{
    /// <summary>A tab or the end of a line becomes a blank, so that words stay apart; the rest is left out.</summary>
    public static string Clean(string text) => string.Concat(text.Where(c => !IsDangerous(c)).Select(c => char.IsWhiteSpace(c) ? ' ' : c));

    private static bool IsDangerous(char c) => c is not ('\t' or '\n' or '\r')
        && (char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
