using Spectre.Console;

namespace Kinora.Cli.Progress;

internal static class ProgressBoards
{
    /// <summary>The one that suits where the command's output goes.</summary>
    public static IProgressBoard OfOutput() =>
        Console.IsOutputRedirected ? new PlainProgressBoard(Console.Out) : new LiveProgressBoard(AnsiConsole.Console);
}
