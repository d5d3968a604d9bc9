using System.CommandLine;
using Kinora.Cli.Running;

namespace Kinora.Cli.Commands;

/// <summary>Runs everything until Ctrl-C, or in the background with --detach.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 8080;

    public static Command Create()
    {
        var port = CommonOptions.Port(DefaultPort);
        var dataDir = CommonOptions.DataDir();
        var workers = new Option<int>("--workers") { Description = "How many workers to run.", DefaultValueFactory = _ => 1 };
        var detach = new Option<bool>("--detach") { Description = "Return when ready and go on in the background; logs go to DATA/logs." };
        var detached = new Option<bool>("--detached") { Hidden = true, Description = "The background process that --detach starts." };
        workers.Validators.Add(CommonOptions.Range(0, 64));
        var command = new Command("up", "Start PostgreSQL, Redis, the API and the workers.") { port, dataDir, workers, detach, detached };
        command.SetAction((result, cancellation) =>
        {
            var folder = DataFolder.Of(result.GetValue(dataDir));
            var (listen, count) = (result.GetValue(port), result.GetValue(workers));
            return result.GetValue(detached) ? RunDetachedAsync(folder, listen, count, cancellation)
                : result.GetValue(detach) ? DetachAsync(folder, listen, count, cancellation)
                : RunAsync(folder, listen, count, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(DataFolder folder, int port, int workers, CancellationToken cancellation)
    {
        var log = new ConsoleProcessLog(Console.Out, isTerminal: !Console.IsOutputRedirected);
        try
        {
            await using var stack = await KinoraStack.StartAsync(folder, port, workers, () => log, cancellation);
            await Console.Out.WriteLineAsync($"ready {stack.Url}");
            await StopSignals.WaitAsync(cancellation);
            log.Write("kinora", "stopping; Ctrl-C again to hurry");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to stop before it was ready: all that had been started is stopped by now.
        }

        return 0;
    }

    private static async Task<int> DetachAsync(DataFolder folder, int port, int workers, CancellationToken cancellation)
    {
        List<string> arguments = ["up", "--detached", "--port", $"{port}", "--workers", $"{workers}", "--data-dir", folder.Root];
        var url = await DetachedStart.RunAsync(folder, arguments, cancellation);
        await Console.Out.WriteLineAsync($"ready {url}");
        return 0;
    }

    private static async Task<int> RunDetachedAsync(DataFolder folder, int port, int workers, CancellationToken cancellation)
    {
        folder.Create();
        using var log = new FileProcessLog(folder);
        var channel = DetachedStart.TakeChannel(folder);
        try
        {
            await using var stack = await KinoraStack.StartAsync(folder, port, workers, () => log, cancellation);
            DetachedStart.TellReady(channel, stack.Url);
            await StopSignals.WaitAsync(cancellation);
            log.Write("kinora", "stopping");
        }
        catch (CommandFailure failure)
        {
            DetachedStart.TellFailure(channel, failure.Message);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            DetachedStart.TellFailure(channel, "stopped before it was ready.");
        }

        return 0;
    }
}
