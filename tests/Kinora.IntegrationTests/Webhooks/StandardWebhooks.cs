using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Webhooks;

/// <summary>A run of node/verify.mjs: what receivers check deliveries with.</summary>
internal static class StandardWebhooks
{
    private static readonly string Folder = typeof(StandardWebhooks).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "WebhookNodeFolder").Value!;

    /// <returns>Of each delivery whether the library takes it.</returns>
    public static async Task<IReadOnlyList<bool>> VerifyAsync(string secret, IEnumerable<Received> deliveries)
    {
        var lines = new ConcurrentQueue<JsonElement>();
        var errors = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec("node", ["verify.mjs"])
        {
            WorkingDirectory = Folder,
            Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
            RedirectInput = true,
            OnOutputLine = line => lines.Enqueue(JsonSerializer.Deserialize<JsonElement>(line)),
            OnErrorLine = errors.Enqueue,
        });
        await using (var input = process.Input)
        {
            foreach (var delivery in deliveries)
            {
                var line = JsonSerializer.Serialize(new { secret, headers = delivery.Headers, body = delivery.Body });
                await input.WriteAsync(Encoding.UTF8.GetBytes($"{line}\n"), TestContext.Current.CancellationToken);
            }
        }

        var code = await process.Exited.WaitAsync(KinoraClient.Patience, TestContext.Current.CancellationToken);
        Assert.True(code == 0, string.Join('\n', errors));
        return [.. lines.Select(line => line.GetProperty("verified").GetBoolean())];
    }
}
