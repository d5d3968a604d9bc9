using System.Globalization;

namespace Kinora.Benchmarks.Processes;

/// <summary>
/// Looks at the tree of processes again and again until it is disposed, in a thread of its own, whose CPU time is known and can be taken
/// off that of the program.
/// </summary>
internal sealed class TreeSampler : IDisposable
{
    /// <summary>So that a process of 50 ms is met near its end.</summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Of the time so far: what runs for minutes is not met in its last moment, but within a hundredth of it.</summary>
    private const double IntervalShare = 0.01;

    private readonly ManualResetEventSlim _stop = new();
    private readonly Action<Dictionary<int, ProcessSample>> _onLook;
    private readonly Thread _thread;

    public TreeSampler(Action<Dictionary<int, ProcessSample>> onLook)
    {
        _onLook = onLook;
        _thread = new Thread(Run) { IsBackground = true, Name = "sampler" };
        _thread.Start();
    }

    /// <summary>Of the sampling itself; set once it is disposed.</summary>
    public TimeSpan Cost { get; private set; }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var started = TimeProvider.System.GetTimestamp();
        var interval = ShortestInterval;
        do
        {
            _onLook(ProcessTree.Read());
            var share = TimeProvider.System.GetElapsedTime(started) * IntervalShare;
            interval = share > ShortestInterval ? share : ShortestInterval;
        }
        while (!_stop.Wait(interval));

        // Nanoseconds on a core are the first number, on every kernel that keeps such statistics.
        Cost = File.Exists("/proc/thread-self/schedstat")
            ? TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000.0)
            : TimeSpan.Zero;
    }
}
