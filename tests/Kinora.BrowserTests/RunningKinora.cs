using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;

namespace Kinora.BrowserTests;

/// <summary>The whole service, as `kinora up` starts it, on a free port and with data of its own.</summary>
public sealed class RunningKinora : IAsyncDisposable
{
    private const string ReadyMark = "ready ";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly ChildProcess _service;

    private RunningKinora(ChildProcess service, Uri origin) => (_service, Origin) = (service, origin);

    public Uri Origin { get; }

    /// <param name="folder">For its data.</param>
    public static async Task<RunningKinora> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        // artifacts/bin/<project>/<configuration>/
        var program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "Kinora.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "kinora.dll"));
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new ConcurrentQueue<string>();
        var service = await ChildProcess.StartAsync(new ChildProcessSpec("dotnet", [program, "up", "--port", "0", "--data-dir", Path.Combine(folder, "data")])
        {
            Environment = new Dictionary<string, string>(settings)
            {
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? string.Empty,
                ["DOTNET_ENVIRONMENT"] = "Test",
                ["ASPNETCORE_ENVIRONMENT"] = "Test",
            },
            ParentDeathSignal = PosixSignalNumber.Terminate,
            OnOutputLine = line =>
            {
                output.Enqueue(line);
                if (line.StartsWith(ReadyMark, StringComparison.Ordinal))
                {
                    ready.TrySetResult(line[ReadyMark.Length..]);
                }
            },
            OnErrorLine = output.Enqueue,
        });
        var first = await Task.WhenAny(ready.Task, service.Exited).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(first == ready.Task, string.Join('\n', output));
        return new RunningKinora(service, new Uri(await ready.Task));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync(TimeSpan.FromMinutes(1));
        await _service.DisposeAsync();
    }
}
