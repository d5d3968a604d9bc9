using Kinora.Benchmarks.Processes;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.Benchmarks.Suites.Deployments;

/// <summary>
/// All of Kinora as `./kinora up` runs it: PostgreSQL, Redis, the API, workers, and a folder for the objects. Its processes are children of
/// this one, which is why they are all measured.
/// </summary>
internal sealed class Deployment : IAsyncDisposable
{
    private const UnixFileMode PassThrough = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>What was cancelled ends within seconds.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    private readonly DataFolder _data;
    private readonly KinoraStack _stack;

    /// <summary>Servers first, as they were started.</summary>
    private IReadOnlyList<int> _frozen = [];

    private Deployment(DataFolder data, KinoraStack stack) => (_data, _stack) = (data, stack);

    public Uri Url => new(_stack.Url);

    /// <param name="folder">Of the suite; the data lie below it.</param>
    /// <param name="cores">A worker for each, which has this core and no other; null: one worker on all cores.</param>
    public static async Task<Deployment> StartAsync(string folder, IReadOnlyList<int>? cores, CancellationToken cancellation)
    {
        if (Environment.IsPrivilegedProcess)
        {
            // The user "postgres" has to reach its cluster.
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | PassThrough);
        }

        var data = new DataFolder(Path.Combine(folder, $"data-{cores?.Count ?? 0}"));
        return new Deployment(data, await KinoraStack.StartAsync(
            data,
            port: 0,
            cores?.Count ?? 1,
            () => new LastLines(),
            cancellation,

            // One unit at a time: a second one on the same core gains nothing.
            cores is null ? null : number => ["env", "Kinora__Worker__Concurrency__Hls=1", "taskset", "-c", $"{cores[number - 1]}"]));
    }

    /// <summary>Returns when no worker encodes any more.</summary>
    /// <exception cref="TimeoutException">One still does.</exception>
    public static Task BecomeIdleAsync(CancellationToken cancellation) => WaitUntilAsync(
        () => Task.FromResult(ProcessTree.Read().Values.All(p => p.Name != "ffmpeg")),
        IdleTimeout,
        "A worker still encodes what was cancelled.",
        cancellation);

    /// <summary>
    /// Until it is thawed none of its processes gets a core, and none is counted. To start it anew in each round would measure how its code
    /// is compiled: of the API alone that takes some seconds of CPU, spread over its first minutes.
    /// </summary>
    /// <exception cref="TimeoutException">One of them does not stand still.</exception>
    public async Task FreezeAsync(CancellationToken cancellation)
    {
        await WaitUntilAsync(
            () =>
            {
                // PostgreSQL may fork another one while these are stopped.
                var running = Running();
                _frozen = [.. _frozen, .. running.Except(_frozen)];
                foreach (var id in running.Reverse())
                {
                    _ = ChildProcess.Kill(id, (int)PosixSignalNumber.Stop);
                }

                return Task.FromResult(running.Count == 0);
            },
            ReadyTimeout,
            "The service does not stand still.",
            cancellation);
    }

    /// <summary>Returns when it answers again.</summary>
    /// <exception cref="TimeoutException">It does not.</exception>
    public async Task ThawAsync(CancellationToken cancellation)
    {
        Continue();
        using var http = new HttpClient { BaseAddress = Url, Timeout = ReadyTimeout };
        await WaitUntilAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellation);
                return answer.IsSuccessStatusCode;
            },
            ReadyTimeout,
            "The service does not answer any more.",
            cancellation);
    }

    public ValueTask DisposeAsync()
    {
        Continue();
        return _stack.DisposeAsync();
    }

    /// <summary>Servers first.</summary>
    private IReadOnlyList<int> Running() =>
        [.. (RunState.Read(_data)?.Processes ?? []).SelectMany(p => ProcessTree.Read(p.Identity.Pid).Keys)];

    private void Continue()
    {
        foreach (var id in _frozen)
        {
            _ = ChildProcess.Kill(id, (int)PosixSignalNumber.Continue);
        }

        _frozen = [];
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> condition, TimeSpan timeout, string failure, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > timeout)
            {
                throw new TimeoutException(failure);
            }

            await Task.Delay(Interval, cancellation);
        }
    }
}
