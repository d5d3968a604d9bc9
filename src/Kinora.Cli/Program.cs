using System.CommandLine;
using System.CommandLine.Invocation;
using Kinora.Cli;
using Kinora.Cli.Commands;

var root = new RootCommand("Kinora, a self-hosted video service.")
{
    DemoCommand.Create(),
    UpCommand.Create(),
    StatusCommand.Create(),
    DownCommand.Create(),
    FsckCommand.Create(),
    TestCommand.Create(),
};

using var stop = new StopSignals();
try
{
    // The library would end the process two seconds after a signal; the servers need longer to stop in order.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
    return parsed is { Action: ParseErrorAction, Errors: [var error, ..] }
        ? throw new CommandFailure($"{error.Message} See `kinora --help`.", CommandFailure.BadUsage)
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
