using System.Net.Sockets;
using System.Text;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Servers;

/// <summary>A redis-server of our own on a loopback port, with an append-only file in its folder.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private readonly ChildProcess _process;

    private RedisServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Id => _process.Id;

    public int Port { get; }

    public string ConnectionString => $"127.0.0.1:{Port}";

    public Task<int> Exited => _process.Exited;

    /// <param name="folder">Made when missing; keeps the data between starts.</param>
    /// <param name="port">Null: a free one.</param>
    public static async Task<RedisServer> StartAsync(
        string folder, int? port, CancellationToken cancellation, Action<string>? onLine = null)
    {
        Directory.CreateDirectory(folder);
        var listen = port ?? FreePort.Find();
        var process = await ChildProcess.StartAsync(new ChildProcessSpec("redis-server",
        [
            "--port", $"{listen}", "--bind", "127.0.0.1", "--dir", Path.GetFullPath(folder), "--daemonize", "no",
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            // BullMQ's data must never be evicted.
            "--maxmemory-policy", "noeviction",
        ])
        {
            ParentDeathSignal = PosixSignalNumber.Terminate,
            OnOutputLine = onLine ?? (_ => { }),
            OnErrorLine = onLine ?? (_ => { }),
        });
        var server = new RedisServer(process, listen);
        try
        {
            await ServerReady.WaitAsync("redis-server", process, () => AnswersAsync(listen, cancellation), StartTimeout, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public void Signal(PosixSignalNumber signal) => _process.Signal(signal);

    public Task StopAsync() => _process.StopAsync(TimeSpan.FromSeconds(10));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellation);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellation);
            var answer = new byte[16];
            var read = await stream.ReadAsync(answer, cancellation);
            // "-LOADING ..." while the append-only file is read.
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
