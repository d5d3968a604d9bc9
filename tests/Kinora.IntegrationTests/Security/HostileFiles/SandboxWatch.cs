using System.Globalization;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Looks at the processes in a worker's sandboxes while they run: at their memory, and at what has passed through their network.</summary>
internal sealed class SandboxWatch(KinoraProcess worker) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<int> _seen = [];
    private Task _watching = Task.CompletedTask;

    /// <summary>Resident, of the largest one, in bytes.</summary>
    public long MostMemory { get; private set; }

    /// <summary>Packets sent and received by any interface of any of them.</summary>
    public long Packets { get; private set; }

    public int Processes => _seen.Count;

    public void Start() => _watching = Task.Run(WatchAsync);

    /// <summary>What has been seen is whole then.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var process in KinoraProcess.DescendantsOf(worker.Id))
            {
                Look(process);
            }

            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look(int process)
    {
        try
        {
            var folder = $"/proc/{process}";
            if (new FileInfo($"{folder}/ns/net").LinkTarget == new FileInfo($"/proc/{worker.Id}/ns/net").LinkTarget)
            {
                // Not yet, or no more, inside.
                return;
            }

            _seen.Add(process);
            var peak = File.ReadLines($"{folder}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            if (peak is not null)
            {
                MostMemory = Math.Max(MostMemory, 1024 * long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
            }

            // proc_pid_net(5): after two lines of heading, per interface, bytes and packets received in columns 1 and 2, sent in 9 and 10.
            Packets += File.ReadLines($"{folder}/net/dev").Skip(2)
                .Select(line => line.Split((char[])[' ', ':'], StringSplitOptions.RemoveEmptyEntries))
                .Sum(c => long.Parse(c[2], CultureInfo.InvariantCulture) + long.Parse(c[10], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended.
        }
    }
}
