using System.Globalization;
using System.Net;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Network;

/// <summary>
/// A host of its own for a worker: a network namespace that reaches PostgreSQL, Redis, the store and the test over a wire each, which
/// can be cut and healed. The servers stay on the loopback interface. Needs root.
/// </summary>
public sealed class NetworkHost : IAsyncDisposable
{
    private const string NamePrefix = "kinora-";
    private const string Namespaces = "/run/netns";
    private const int WiresPerHost = 4;

    // 10.192.0.0/12 holds 65,536 hosts of four /30 networks; those of processes whose ids are near each other never meet.
    private const int FirstNetwork = (10 << 24) | (192 << 16);
    private const int HostsPerProcess = 16;
    private const int Hosts = 1 << 16;

    private static int _made;

    private readonly Dictionary<NetworkPart, NetworkWire> _wires = [];
    private readonly string _name;

    private NetworkHost(string name) => _name = name;

    /// <summary>Where a process of the host listens for the test.</summary>
    public string Address => _wires[NetworkPart.Health].Inside.ToString();

    /// <summary>Becomes a program in the host.</summary>
    public IReadOnlyList<string> Launcher => ["ip", "netns", "exec", _name];

    /// <summary>Where the servers are, seen from the host.</summary>
    public IReadOnlyList<string> Settings { get; private set; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Skips the test where no namespace can be made.</summary>
    public static async Task SkipWithoutAsync()
    {
        var name = $"{NamePrefix}{Environment.ProcessId}-try";
        try
        {
            var (code, output) = await IpCommand.TryAsync(Cancellation, "netns", "add", name);
            Assert.SkipWhen(code != 0, $"Network namespaces need root (CAP_SYS_ADMIN, CAP_NET_ADMIN): {output}");
            await IpCommand.RunAsync(Cancellation, "netns", "delete", name);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Skip($"Network namespaces need ip (iproute2): {e.Message}");
        }
    }

    /// <summary>For a worker of the deployment, whose store is S3.</summary>
    public static async Task<NetworkHost> CreateAsync(Deployment deployment)
    {
        await RemoveLeftoversAsync();
        var number = Interlocked.Increment(ref _made);
        var host = new NetworkHost(string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{Environment.ProcessId}-{number}"));
        try
        {
            await host.CreateAsync(deployment, number);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Silence: connections stay and hang, and so do new ones.</summary>
    public Task CutAsync(NetworkPart part) => _wires[part].CutAsync(Cancellation);

    public Task HealAsync(NetworkPart part) => _wires[part].HealAsync(Cancellation);

    /// <summary>After the processes of the host. The wires go with the namespace, at the latest when its last process ends.</summary>
    public async ValueTask DisposeAsync()
    {
        // First the device: a proxy closes its connections, and what it says to them should not wait for a wire that is cut.
        foreach (var wire in _wires.Values)
        {
            await IpCommand.TryAsync(CancellationToken.None, "link", "delete", wire.Device);
            await wire.DisposeAsync();
        }

        await IpCommand.TryAsync(CancellationToken.None, "netns", "delete", _name);
    }

    /// <summary>Of test runs that were killed.</summary>
    private static async Task RemoveLeftoversAsync()
    {
        foreach (var path in Directory.Exists(Namespaces) ? Directory.GetFiles(Namespaces, NamePrefix + "*") : [])
        {
            var name = Path.GetFileName(path);
            if (int.TryParse(name.Split('-')[1], CultureInfo.InvariantCulture, out var pid) && !KinoraProcess.IsAlive(pid))
            {
                await IpCommand.TryAsync(Cancellation, "netns", "delete", name);
            }
        }
    }

    private async Task CreateAsync(Deployment deployment, int number)
    {
        await IpCommand.RunAsync(Cancellation, "netns", "add", _name);
        await IpCommand.RunAsync(Cancellation, "-n", _name, "link", "set", "lo", "up");
        var servers = deployment.Servers;
        foreach (var part in Enum.GetValues<NetworkPart>())
        {
            var slot = ((Environment.ProcessId * HostsPerProcess) + (number % HostsPerProcess)) % Hosts;
            var network = FirstNetwork + (4 * ((slot * WiresPerHost) + (int)part));
            var device = string.Create(CultureInfo.InvariantCulture, $"kn{Environment.ProcessId:x}-{number:x}{(int)part}");
            _wires[part] = await NetworkWire.CreateAsync(_name, device, network, servers.GetValueOrDefault(part), Cancellation);
        }

        IPEndPoint postgres = _wires[NetworkPart.Postgres].Server, redis = _wires[NetworkPart.Redis].Server, store = _wires[NetworkPart.Storage].Server;
        Settings =
        [
            $"Kinora__Database__ConnectionString={deployment.DatabaseConnectionString};Host={postgres.Address};Port={postgres.Port}",
            $"Kinora__Redis__ConnectionString={redis}",
            $"Kinora__Storage__S3__Endpoint=http://{store}",
        ];
    }
}
