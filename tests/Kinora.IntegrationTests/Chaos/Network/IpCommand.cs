using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Chaos.Network;

/// <summary>ip(8), of iproute2.</summary>
internal static class IpCommand
{
    public static async Task RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        var (code, output) = await TryAsync(cancellation, arguments);
        Assert.True(code == 0, $"ip {string.Join(' ', arguments)}: {output}");
    }

    /// <exception cref="System.ComponentModel.Win32Exception">There is none.</exception>
    public static async Task<(int Code, string Output)> TryAsync(CancellationToken cancellation, params string[] arguments)
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(
            new ChildProcessSpec("ip", arguments) { OnOutputLine = lines.Enqueue, OnErrorLine = lines.Enqueue });
        return (await process.Exited.WaitAsync(cancellation), string.Join('\n', lines));
    }
}
