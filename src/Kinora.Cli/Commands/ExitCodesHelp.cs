using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Kinora.Cli.Commands;

/// <summary>The library's help, and below that of a command which talks to a server what its exit codes mean.</summary>
internal sealed class ExitCodesHelp(HelpAction help, IReadOnlyList<Command> remote) : SynchronousCommandLineAction
{
    public static IReadOnlyDictionary<int, string> Meanings { get; } = new SortedDictionary<int, string>
    {
        [0] = "all is well",
        [CommandFailure.Failed] = "something on this machine went wrong",
        [CommandFailure.BadUsage] = "the command, or a file that it names, is wrong; nothing was sent",
        [CommandFailure.Refused] = "the server refused it",
        [CommandFailure.Unreachable] = "the server does not answer, or has an error of its own",
        [CommandFailure.NotLoggedIn] = "nobody is logged in, or not any more",
        [CommandFailure.ProcessingFailed] = "the video, or a job, has failed",
        [StopSignals.InterruptedExitCode] = "stopped by Ctrl-C",
    };

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        if (remote.Any(c => c == command || c.Subcommands.Contains(command)))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Exit codes:");
            foreach (var (value, meaning) in Meanings)
            {
                output.WriteLine($"  {value,-4} {meaning}");
            }
        }

        return code;
    }
}
