using System.CommandLine;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Commands;

/// <summary>Stops what runs on a data folder and waits until all of it is gone.</summary>
internal static class DownCommand
{
    /// <summary>Longer than all orderly stops together.</summary>
    private static readonly TimeSpan SupervisorTimeout = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var dataDir = CommonOptions.DataDir();
        var command = new Command("down", "Stop what `up` or `demo` started; the data stay.") { dataDir };
        command.SetAction((result, cancellation) => StopAsync(DataFolder.Of(result.GetValue(dataDir)), cancellation));
        return command;
    }

    private static async Task<int> StopAsync(DataFolder folder, CancellationToken cancellation)
    {
        var state = RunState.Read(folder);
        if (state is null || !(state.Supervisor.IsAlive || state.Processes.Any(p => p.Identity.IsAlive)))
        {
            await Console.Out.WriteLineAsync($"nothing runs on {folder.Root}.");
            return 0;
        }

        await state.Supervisor.EndAsync(PosixSignalNumber.Terminate, SupervisorTimeout, Interval, cancellation);

        // Only where the supervisor was killed, before or now, is anything left; a process that it started since then is in its last state.
        var left = (RunState.Read(folder) ?? state).Processes;
        await Task.WhenAll(left.Select(p => p.EndAsync(cancellation)));
        await Console.Out.WriteLineAsync($"stopped what ran on {folder.Root}; the data stay.");
        return 0;
    }
}
