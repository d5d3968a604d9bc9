using System.CommandLine;
using System.CommandLine.Invocation;
using Kinora.Cli;
using Kinora.Cli.Commands;

var root = CommandTree.Create();
using var stop = new StopSignals();
try
{
    // The library would end the process two seconds after a signal; the servers need longer to stop in order.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);

    // All of the errors: of a word that is no command the first one only says that there is no command.
    return parsed is { Action: ParseErrorAction, Errors: [_, ..] errors }
        ? throw new CommandFailure($"{string.Join(' ', errors.Select(e => e.Message).Distinct())} See `kinora --help`.", CommandFailure.BadUsage)
        : await parsed.InvokeAsync(configuration, stop.Requested);
}
catch (CommandFailure failure)
{
    await Console.Error.WriteLineAsync($"kinora: {failure.Message}");
    return failure.ExitCode;
}
catch (OperationCanceledException) when (stop.Requested.IsCancellationRequested)
{
    return StopSignals.InterruptedExitCode;
}
