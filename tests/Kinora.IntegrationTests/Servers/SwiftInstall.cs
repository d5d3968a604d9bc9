using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Servers;

/// <summary>The Swift that install-swift.sh unpacked, fetched on first need.</summary>
public sealed record SwiftInstall(string Root, Version Version)
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);

    /// <summary>2.35 is the first to know the checksums and chunks that today's AWS SDKs send by default.</summary>
    public bool KnowsChecksums => Version >= new Version(2, 35);

    /// <summary>What the Python of Debian's packages needs to run from a folder.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["PYTHONPATH"] = Path.Combine(Root, "usr/lib/python3/dist-packages"),
        ["LD_LIBRARY_PATH"] = string.Join(':', Directory.GetDirectories(Path.Combine(Root, "usr/lib"), "*-linux-gnu")),
        ["SWIFT_ACCESS_KEY"] = SwiftServer.AccessKey,
        ["SWIFT_SECRET_KEY"] = SwiftServer.SecretKey,
    };

    /// <summary>Skips the test where Swift cannot be had, but on CI (CI=true) fails it: there it has to be.</summary>
    public static async Task<SwiftInstall> GetAsync()
    {
        var root = Path.Combine(Repository.Artifacts, "swift");
        var output = new ConcurrentQueue<string>();
        int exitCode;
        try
        {
            await using var script = await ChildProcess.StartAsync(new ChildProcessSpec(
                "bash", [Path.Combine(AppContext.BaseDirectory, "Servers/install-swift.sh"), root])
            {
                OnOutputLine = output.Enqueue,
                OnErrorLine = output.Enqueue,
            });
            exitCode = await script.Exited.WaitAsync(InstallLimit);
        }
        catch (Exception e) when (e is TimeoutException or System.ComponentModel.Win32Exception)
        {
            exitCode = -1;
            output.Enqueue(e.Message);
        }

        if (exitCode != 0)
        {
            SwiftServer.Unavailable($"Swift cannot be installed: {string.Join(" | ", output)}");
        }

        return new SwiftInstall(root, Version.Parse(await File.ReadAllTextAsync(Path.Combine(root, "swift-version"))));
    }
}
