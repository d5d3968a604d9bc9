using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Queues;

/// <summary>A run of node/driver.mjs: Node's own BullMQ at the other end of the queue.</summary>
public sealed class NodeDriver : IAsyncDisposable
{
    private static readonly string Folder = typeof(NodeDriver).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "QueueNodeFolder").Value!;

    private readonly ConcurrentQueue<JsonElement> _lines = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private ChildProcess? _process;

    public IReadOnlyCollection<JsonElement> Lines => _lines;

    public static async Task<NodeDriver> StartAsync(string command, object options)
    {
        var driver = new NodeDriver();
        var json = JsonSerializer.Serialize(options, JsonSerializerOptions.Web);
        driver._process = await ChildProcess.StartAsync(new ChildProcessSpec("node", ["driver.mjs", command, json])
        {
            WorkingDirectory = Folder,
            Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
            OnOutputLine = line => driver._lines.Enqueue(JsonSerializer.Deserialize<JsonElement>(line)),
            OnErrorLine = driver._errors.Enqueue,
        });
        return driver;
    }

    /// <summary>A driver that goes on until it is disposed, once it said that it is ready.</summary>
    public static async Task<NodeDriver> StartReadyAsync(string command, object options)
    {
        var driver = await StartAsync(command, options);
        await driver.SaysAsync("ready");
        return driver;
    }

    /// <summary>A driver that ends by itself; its last line.</summary>
    public static async Task<JsonElement> RunAsync(string command, object options)
    {
        await using var driver = await StartAsync(command, options);
        var code = await driver._process!.Exited.WaitAsync(Eventually.Timeout);
        Assert.True(code == 0, string.Join('\n', driver._errors));
        return driver._lines.Last();
    }

    /// <summary>The first line with this event, and with this job's id where one is given.</summary>
    public async Task<JsonElement> SaysAsync(string name, string? id = null)
    {
        JsonElement? found = null;
        await Eventually.TrueAsync(
            () => (found = Find(name, id)) is not null,
            () => $"Node did not say {name} {id}: {string.Join('\n', _lines)} {string.Join('\n', _errors)}");
        return found!.Value;
    }

    public JsonElement? Find(string name, string? id) => _lines
        .Where(line => line.GetProperty("event").GetString() == name && (id is null || line.GetProperty("id").GetString() == id))
        .Select(line => (JsonElement?)line)
        .FirstOrDefault();

    public Task KillAsync() => _process!.StopAsync(TimeSpan.FromSeconds(5), PosixSignalNumber.Kill);

    public ValueTask DisposeAsync() => _process!.DisposeAsync();
}
