using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(SwiftServer))]

namespace Kinora.IntegrationTests.Servers;

/// <summary>
/// A real S3 server, OpenStack Swift with s3api, started when the first test asks for it and shared by all of them: each test class
/// takes a bucket of its own.
/// </summary>
public sealed class SwiftServer : IAsyncDisposable
{
    public const string AccessKey = "kinora:tests";
    public const string SecretKey = "kinora-tests-secret";

    private const int StartTries = 3;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly string[] Servers = ["proxy", "account", "container", "object"];

    private readonly Lazy<Task> _started;
    private readonly List<ChildProcess> _processes = [];
    private readonly ConcurrentQueue<string> _output = new();
    private string? _folder;
    private SwiftInstall? _install;
    private int _port;

    public SwiftServer() => _started = new Lazy<Task>(StartAsync);

    /// <summary>Options for a bucket that is made on first use.</summary>
    public async Task<S3StorageOptions> BucketAsync(string name)
    {
        await _started.Value;
        return new S3StorageOptions
        {
            Endpoint = $"http://127.0.0.1:{_port}",
            Bucket = name,
            AccessKey = AccessKey,
            SecretKey = SecretKey,
            ChecksumMode = _install!.KnowsChecksums ? S3ChecksumMode.WhenSupported : S3ChecksumMode.WhenRequired,
            UseChunkEncoding = _install.KnowsChecksums,
            CreateBucket = true,
        };
    }

    [DoesNotReturn]
    public static void Unavailable(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            await ((Task)_started.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await StopAsync();
        }
    }

    private async Task StartAsync()
    {
        _install = await SwiftInstall.GetAsync();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await StartOnceAsync(_install);
                return;
            }
            catch (InvalidOperationException) when (tries < StartTries)
            {
                await StopAsync(); // a port was taken between its choice and its use
            }
        }
    }

    private async Task StartOnceAsync(SwiftInstall install)
    {
        var ports = LoopbackPorts.Free(5);
        _port = ports[0];
        _folder = await PrepareAsync(install, ports);
        var memcached = Path.Combine(install.Root, "usr/bin/memcached");
        string[] arguments = ["-l", "127.0.0.1", "-p", $"{ports[4]}", "-U", "0", "-m", "16"];
        _processes.Add(await RunAsync(
            install, File.Exists(memcached) ? memcached : "memcached", IsRoot ? [.. arguments, "-u", "root"] : arguments));
        foreach (var server in Servers)
        {
            _processes.Add(await RunNodeAsync(install, ["serve", _folder, server]));
        }

        await WaitUntilReadyAsync(ports);
    }

    /// <summary>Writes Swift's configuration into a new folder, and returns it.</summary>
    private async Task<string> PrepareAsync(SwiftInstall install, int[] ports)
    {
        // A container's file system may lack the xattrs in which Swift keeps its metadata.
        foreach (var parent in (string[])[Path.Combine(Repository.Artifacts, "swift-work"), "/var/tmp"])
        {
            var folder = Path.Combine(parent, $"kinora-swift-{Guid.CreateVersion7()}");
            Directory.CreateDirectory(folder);
            await using var prepare = await RunNodeAsync(install, ["prepare", folder, .. ports.Select(port => $"{port}")]);
            if (await prepare.Exited.WaitAsync(StartLimit) == 0)
            {
                return folder;
            }

            Directory.Delete(folder, recursive: true);
        }

        Unavailable($"Swift cannot be set up: {string.Join(" | ", _output.TakeLast(10))}");
        throw new UnreachableException();
    }

    private static bool IsRoot => Environment.UserName == "root";

    private Task<ChildProcess> RunNodeAsync(SwiftInstall install, IReadOnlyList<string> arguments) =>
        RunAsync(install, "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Servers/swift_node.py"), .. arguments]);

    private Task<ChildProcess> RunAsync(SwiftInstall install, string program, IReadOnlyList<string> arguments) =>
        ChildProcess.StartAsync(new ChildProcessSpec(program, arguments)
        {
            Environment = install.Environment,
            OnOutputLine = _output.Enqueue,
            OnErrorLine = _output.Enqueue,
        });

    private async Task WaitUntilReadyAsync(int[] ports)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsReadyAsync(ports, limit.Token))
        {
            if (_processes.Any(server => server.Exited.IsCompleted))
            {
                throw new InvalidOperationException($"Swift ended: {string.Join(" | ", _output.TakeLast(10))}");
            }

            await poll.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<bool> IsReadyAsync(int[] ports, CancellationToken cancellation)
    {
        try
        {
            foreach (var port in ports)
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            }

            using var http = new HttpClient();
            using var answer = await http.GetAsync($"http://127.0.0.1:{ports[0]}/healthcheck", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is SocketException or HttpRequestException)
        {
            return false;
        }
    }

    private async Task StopAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _processes.Clear();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
            _folder = null;
        }
    }
}
