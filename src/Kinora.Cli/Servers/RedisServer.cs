using System.Net.Sockets;
using System.Text;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Servers;

/// <summary>A redis-server of our own on a loopback port, with an append-only file in its folder.</summary>
public sealed class RedisServer : IRunningProcess
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private readonly ChildProcess _process;
    private readonly string? _password;

    private RedisServer(ChildProcess process, int port, string? password) => (_process, Port, _password) = (process, port, password);

    public int Id => _process.Id;

    public int Port { get; }

    int? IRunningProcess.Port => Port;

    public string ConnectionString => _password is null ? $"127.0.0.1:{Port}" : $"127.0.0.1:{Port},password={_password}";

    public Task<int> Exited => _process.Exited;

    /// <param name="folder">Made when missing; keeps the data between starts.</param>
    /// <param name="port">Null: a free one.</param>
    /// <param name="password">What clients must give, without white space; null: any local process may connect.</param>
    public static async Task<RedisServer> StartAsync(
        string folder, int? port, CancellationToken cancellation, Action<string>? onLine = null, string? password = null)
    {
        Directory.CreateDirectory(folder);
        var listen = port ?? FreePort.Find();
        var process = await ChildProcess.StartAsync(OwnSession.Spec("redis-server",
        [
            // The rest of the configuration is read from its input, since everybody can read a command line.
            "-", "--port", $"{listen}", "--bind", "127.0.0.1", "--dir", Path.GetFullPath(folder), "--daemonize", "no",
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            // BullMQ's data must never be evicted.
            "--maxmemory-policy", "noeviction",
        ]) with
        {
            ParentDeathSignal = PosixSignalNumber.Terminate,
            RedirectInput = true,
            OnOutputLine = onLine ?? (_ => { }),
            OnErrorLine = onLine ?? (_ => { }),
        });
        var server = new RedisServer(process, listen, password);
        try
        {
            await using (var input = process.Input)
            {
                await input.WriteAsync(Encoding.ASCII.GetBytes(password is null ? "" : $"requirepass {password}\n"), cancellation);
            }

            await ServerReady.WaitAsync("redis-server", process, () => AnswersAsync(listen, cancellation), StartTimeout, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task<bool> IsReadyAsync(CancellationToken cancellation) => AnswersAsync(Port, cancellation);

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
            // "-NOAUTH ..." where there is a password; "-LOADING ..." while the append-only file is read.
            var text = Encoding.ASCII.GetString(answer, 0, read);
            return text.StartsWith("+PONG", StringComparison.Ordinal) || text.StartsWith("-NOAUTH", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
