using System.Globalization;
using System.Net;
using Kinora.IntegrationTests.Chaos.Proxies;

namespace Kinora.IntegrationTests.Chaos.Network;

/// <summary>
/// A pair of virtual Ethernet devices, one end of which is the test's, with a proxy to a server of the loopback interface at it; the
/// other end is in the host's namespace.
/// </summary>
internal sealed class NetworkWire : IAsyncDisposable
{
    private TcpProxy? _proxy;

    private NetworkWire(string device, int network)
    {
        Device = device;
        (Outside, Inside) = (Address(network + 1), Address(network + 2));
    }

    /// <summary>The test's end.</summary>
    public string Device { get; }

    public IPAddress Outside { get; }

    public IPAddress Inside { get; }

    /// <summary>What the host connects to.</summary>
    public IPEndPoint Server => _proxy!.Address;

    /// <param name="device">At most 14 characters.</param>
    /// <param name="network">The address of a /30 network.</param>
    public static async Task<NetworkWire> CreateAsync(string host, string device, int network, IPEndPoint? server, CancellationToken cancellation)
    {
        var wire = new NetworkWire(device, network);
        var inner = device + "i";
        var mac = string.Create(CultureInfo.InvariantCulture, $"02:4b:{network >> 24 & 255:x2}:{network >> 16 & 255:x2}:{network >> 8 & 255:x2}:{network & 255:x2}");
        await IpCommand.RunAsync(cancellation, "link", "add", device, "address", mac, "type", "veth", "peer", "name", inner, "netns", host);
        await IpCommand.RunAsync(cancellation, "address", "add", $"{wire.Outside}/30", "dev", device);
        await IpCommand.RunAsync(cancellation, "link", "set", device, "up");
        await IpCommand.RunAsync(cancellation, "-n", host, "address", "add", $"{wire.Inside}/30", "dev", inner);
        await IpCommand.RunAsync(cancellation, "-n", host, "link", "set", inner, "up");

        // Known for good: else a new connection over a wire that is cut would fail for want of a neighbour after three seconds, and
        // a partition is one that nobody is told of.
        await IpCommand.RunAsync(
            cancellation, "-n", host, "neighbour", "replace", $"{wire.Outside}", "lladdr", mac, "dev", inner, "nud", "permanent");
        if (server is not null)
        {
            wire._proxy = TcpProxy.Start(server, wire.Outside, device);
        }

        return wire;
    }

    /// <summary>What is sent from now on, either way, gets lost.</summary>
    public Task CutAsync(CancellationToken cancellation) => IpCommand.RunAsync(cancellation, "link", "set", Device, "down");

    public Task HealAsync(CancellationToken cancellation) => IpCommand.RunAsync(cancellation, "link", "set", Device, "up");

    /// <summary>The devices go with the namespace.</summary>
    public ValueTask DisposeAsync() => _proxy?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static IPAddress Address(int value) =>
        new([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
}
