using System.Collections.Concurrent;
using Kinora.Cli.Running;
using Kinora.Cli.Servers;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Transcoding;

[assembly: AssemblyFixture(typeof(MigratedCluster))]

namespace Kinora.IntegrationTests.Sequence;

/// <summary>
/// A PostgreSQL cluster with a migrated database, at rest. Each deployment begins with a copy: to make and to migrate one of its own would
/// take ten times as long, which is most of its start.
/// </summary>
public sealed class MigratedCluster : IDisposable
{
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"kinora-tests-{Guid.CreateVersion7()}");
    private static readonly Lazy<Task<string>> Cluster = new(MakeAsync);
    private static readonly TimeSpan MakeTimeout = TimeSpan.FromMinutes(5);

    /// <summary>With its owners: PostgreSQL refuses to run as root.</summary>
    /// <param name="data">The new cluster's folder, which is not there yet.</param>
    public static async Task CopyAsync(string data, CancellationToken cancellation) =>
        await Tools.RunAsync("cp", ["-a", await Cluster.Value.WaitAsync(cancellation), data]).WaitAsync(cancellation);

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task<string> MakeAsync()
    {
        using var timeout = new CancellationTokenSource(MakeTimeout);
        var data = Path.Combine(Folder, "postgres");
        Directory.CreateDirectory(Folder);
        await using var postgres = await PostgresServer.StartAsync(data, null, PostgresDurability.Process, timeout.Token);
        var lines = new ConcurrentQueue<string>();
        var code = await HttpProcess.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "Kinora.Api.dll"),
            ["migrate"],
            new Dictionary<string, string>
            {
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
                ["Kinora__Auth__Secret"] = ApiProcess.Secret,
                ["Kinora__Database__ConnectionString"] = postgres.ConnectionString,
                ["Kinora__Storage__Folder__Path"] = Path.Combine(Folder, "objects"),
            },
            lines.Enqueue,
            timeout.Token);
        return code == 0 ? data : throw new InvalidOperationException(string.Join('\n', lines));
    }
}
