using Spectre.Console;

namespace Kinora.Cli.Terminals;

/// <summary>Asks who sits at the terminal. On the error output: what the command puts out may go elsewhere.</summary>
internal static class Question
{
    public static bool IsPossible => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public static Task<string> TextAsync(string prompt, CancellationToken cancellation) =>
        new TextPrompt<string>(prompt).ShowAsync(Terminal(), cancellation);

    /// <summary>Nothing of it is shown, not even how long it is.</summary>
    public static Task<string> SecretAsync(string prompt, CancellationToken cancellation) =>
        new TextPrompt<string>(prompt).Secret(null).ShowAsync(Terminal(), cancellation);

    public static Task<bool> YesAsync(string prompt, CancellationToken cancellation) =>
        new ConfirmationPrompt(Markup.Escape(TerminalText.Clean(prompt))) { DefaultValue = false }.ShowAsync(Terminal(), cancellation);

    private static IAnsiConsole Terminal() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
}
