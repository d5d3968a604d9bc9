using System.Globalization;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Chaos.Leases;

/// <summary>Takes every core of the machine away from everybody else, until it is disposed of: two endless loops for each.</summary>
internal sealed class BusyCores : IAsyncDisposable
{
    private const int LoopsPerCore = 2;
    private readonly List<ChildProcess> _loops = [];
    private readonly (long Idle, long All) _before = Read();

    /// <summary>Since it was started: the share of time, 0 to 1, in which a core had nothing to do.</summary>
    public double IdleShare => Read() is var now && now.All > _before.All ? (double)(now.Idle - _before.Idle) / (now.All - _before.All) : 0;

    public int Loops => _loops.Count;

    public static async Task<BusyCores> StartAsync()
    {
        var cores = new BusyCores();
        for (var i = 0; i < LoopsPerCore * Environment.ProcessorCount; i++)
        {
            cores._loops.Add(await ChildProcess.StartAsync(new ChildProcessSpec("sh", ["-c", "while :; do :; done"])));
        }

        return cores;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            loop.Signal(PosixSignalNumber.Kill);
            await loop.DisposeAsync();
        }
    }

    // proc(5): of all cores, in ticks: user, nice, system, idle, iowait, irq, softirq, steal; guests are counted as users already.
    private static (long Idle, long All) Read()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (ticks[3] + ticks[4], ticks.Sum());
    }
}
