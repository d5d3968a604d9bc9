using Spectre.Console;

namespace Kinora.Cli.Terminals;

/// <summary>Rows below headings, without lines between them: to be read, and to be cut by awk where the output is no terminal.</summary>
internal static class TextTable
{
    /// <summary>Behind a pipe nothing is wrapped: a line is a row.</summary>
    private const int WidthOfPipe = 10_000;

    /// <param name="rows">As many cells as there are headings; they may hold text of others.</param>
    public static void Write(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfPipe;
        }

        var table = new Table { Border = TableBorder.None };
        foreach (var heading in headings)
        {
            // An id that is broken over two lines cannot be copied.
            table.AddColumn(new TableColumn(new Text(heading)) { NoWrap = heading == "ID", Padding = new Padding(0, 0, 2, 0) });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(TerminalText.Clean(cell))));
        }

        console.Write(table);
    }
}
