using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Kinora.Api;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Api;

/// <summary>Kinora.Api.dll in a process of its own, and what it has written.</summary>
internal sealed record StartedApi(ChildProcess Child, ConcurrentQueue<string> Lines, ConcurrentQueue<string> Errors) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="environment">"NAME=value"; nothing else of ours is passed on.</param>
    public static async Task<StartedApi> StartAsync(string[] args, string[] environment)
    {
        var lines = new ConcurrentQueue<string>();
        var errors = new ConcurrentQueue<string>();
        var variables = environment.Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var name in (string[])["PATH", "HOME", "DOTNET_ROOT"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                variables.TryAdd(name, value);
            }
        }

        var child = await ChildProcess.StartAsync(new ChildProcessSpec("dotnet", [typeof(ApiSetup).Assembly.Location, .. args])
        {
            Environment = variables,
            WorkingDirectory = AppContext.BaseDirectory,
            OnOutputLine = lines.Enqueue,
            OnErrorLine = errors.Enqueue,
        });
        return new StartedApi(child, lines, errors);
    }

    public async Task<Uri> AddressAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        while (true)
        {
            foreach (var line in Lines)
            {
                if (JsonDocument.Parse(line).RootElement.TryGetProperty("address", out var address))
                {
                    return new Uri(address.GetString()!);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), timeout.Token);
        }
    }

    /// <param name="field">"VmRSS": now; "VmHWM": the most that it ever was.</param>
    public long ResidentBytes(string field = "VmRSS") =>
        long.Parse(
            File.ReadLines($"/proc/{Child.Id}/status").Single(line => line.StartsWith($"{field}:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;

    public ValueTask DisposeAsync() => Child.DisposeAsync();
}
