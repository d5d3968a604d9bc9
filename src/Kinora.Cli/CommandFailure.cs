namespace Kinora.Cli;

/// <summary>A command cannot do what was asked. The message is one line for people and says what to do.</summary>
internal class CommandFailure(string message, int exitCode = CommandFailure.Failed) : Exception(message)
{
    public const int Failed = 1;
    public const int BadUsage = 2;
    public const int NotRunning = 3;
    public const int Refused = 4;
    public const int Unreachable = 5;
    public const int NotLoggedIn = 6;
    public const int ProcessingFailed = 7;

    public int ExitCode => exitCode;
}
