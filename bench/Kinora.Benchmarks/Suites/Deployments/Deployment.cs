using Kinora.Benchmarks.Processes;
using Kinora.Cli.Running;

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
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMilliseconds(100);

    private readonly KinoraStack _stack;

    private Deployment(KinoraStack stack) => _stack = stack;

    public Uri Url => new(_stack.Url);

    /// <param name="folder">Of a suite; the data lie below it, and are found again by the next one that starts there.</param>
    /// <param name="cores">A worker for each, which has this core and no other; null: one worker on all cores.</param>
    public static async Task<Deployment> StartAsync(string folder, IReadOnlyList<int>? cores, CancellationToken cancellation)
    {
        if (Environment.IsPrivilegedProcess)
        {
            // The user "postgres" has to reach its cluster.
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | PassThrough);
        }

        return new Deployment(await KinoraStack.StartAsync(
            new DataFolder(Path.Combine(folder, "data")),
            port: 0,
            cores?.Count ?? 1,
            () => new LastLines(),
            cancellation,
            cores is null ? null : number => ["taskset", "-c", $"{cores[number - 1]}"]));
    }

    /// <summary>Returns when no worker encodes any more.</summary>
    /// <exception cref="TimeoutException">One still does.</exception>
    public static async Task BecomeIdleAsync(CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (ProcessTree.Read().Values.Any(p => p.Name == "ffmpeg"))
        {
            if (TimeProvider.System.GetElapsedTime(started) > IdleTimeout)
            {
                throw new TimeoutException("A worker still encodes what was cancelled.");
            }

            await Task.Delay(IdleInterval, cancellation);
        }
    }

    public ValueTask DisposeAsync() => _stack.DisposeAsync();
}
