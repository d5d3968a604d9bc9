using System.Diagnostics;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Servers;

internal static class ServerReady
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="InvalidOperationException">The process ended, or did not answer in time.</exception>
    public static async Task WaitAsync(
        string name, ChildProcess process, Func<Task<bool>> answers, TimeSpan timeout, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!await answers())
        {
            if (process.Exited.IsCompleted)
            {
                throw new InvalidOperationException($"{name} ended at its start with exit code {await process.Exited}.");
            }

            if (clock.Elapsed > timeout)
            {
                throw new InvalidOperationException($"{name} did not answer within {timeout.TotalSeconds:0} s.");
            }

            await Task.Delay(Interval, cancellation);
        }
    }
}
