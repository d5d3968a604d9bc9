using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Uploads;

/// <summary>A run of node/upload.mjs: what browsers upload with.</summary>
internal static class TusJsClient
{
    private static readonly string Folder = typeof(TusJsClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "UploadNodeFolder").Value!;

    /// <summary>Of gigabytes.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(10);

    /// <returns>All that it has said, up to "done" or "failed".</returns>
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(object options)
    {
        var lines = new ConcurrentQueue<JsonElement>();
        var errors = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(
            new ChildProcessSpec("node", ["upload.mjs", JsonSerializer.Serialize(options, JsonSerializerOptions.Web)])
            {
                WorkingDirectory = Folder,
                Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
                OnOutputLine = line => lines.Enqueue(JsonSerializer.Deserialize<JsonElement>(line)),
                OnErrorLine = errors.Enqueue,
            });
        var code = await process.Exited.WaitAsync(ChaosScale.IsFull ? LongPatience : KinoraClient.Patience, TestContext.Current.CancellationToken);
        Assert.True(code == 0 && lines.Last().Text("event") is "done" or "failed", $"{string.Join('\n', lines)}\n{string.Join('\n', errors)}");
        return [.. lines];
    }
}
