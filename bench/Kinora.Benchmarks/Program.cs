using System.CommandLine;
using Kinora.Benchmarks;
using Kinora.Benchmarks.Suites.Jobs;
using Kinora.Cli;
using Kinora.Cli.Commands;

using var stop = new StopSignals();
try
{
    if (args is [KinoraConsumer.Argument, var redis])
    {
        await KinoraConsumer.RunAsync(redis, Console.In, Console.Out, stop.Requested);
        return 0;
    }

    var options = new BenchOptions();
    var parsed = options.AddTo(new RootCommand("Kinora's benchmarks.")).Parse(args);
    return parsed.Errors.Count > 0
        ? throw new CommandFailure(string.Join(' ', parsed.Errors.Select(e => e.Message)), CommandFailure.BadUsage)
        : await BenchProgram.RunAsync(
            new BenchSelection(parsed.GetValue(options.Names) ?? [], parsed.GetValue(options.Rounds), parsed.GetValue(options.Json), parsed.GetValue(options.Brief)),
            stop.Requested);
}
catch (CommandFailure failure)
{
    await Console.Error.WriteLineAsync($"kinora bench: {failure.Message}");
    return failure.ExitCode;
}
catch (OperationCanceledException) when (stop.Requested.IsCancellationRequested)
{
    return StopSignals.InterruptedExitCode;
}
