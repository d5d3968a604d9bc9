using System.Net;
using System.Net.Sockets;

namespace Kinora.Core.Infra.Outbound;

/// <summary>The addresses of a name.</summary>
/// <exception cref="SocketException">There are none, or nobody answers.</exception>
public delegate Task<IPAddress[]> ResolveName(string host, CancellationToken cancellation);

/// <summary>
/// Connects to a host by an address that was checked: the name is resolved once, and what was checked is what is connected to, so that a
/// name which leads elsewhere a moment later changes nothing. One address that is not allowed is enough to refuse the name.
/// </summary>
internal sealed class CheckedConnection(OutboundRules rules, ResolveName resolve, TimeSpan timeout)
{
    /// <summary>Of a name's addresses, so that a name with a thousand dead ones ends.</summary>
    private const int MaxTries = 4;

    public async ValueTask<Stream> OpenAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var addresses = await FindAsync(host.Host, cancellation);
        if (!addresses.All(rules.Allows))
        {
            throw new OutboundException(OutboundFault.Refused, "The host's name leads to an address that is none of the public Internet.");
        }

        Exception? last = null;
        foreach (var address in addresses.Take(MaxTries))
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, host.Port), cancellation);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                last = e;
            }
        }

        throw new OutboundException(OutboundFault.Unavailable, "No connection to the server could be made.", last);
    }

    private async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellation)
    {
        try
        {
            var found = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellation);
            return found is [] ? throw new SocketException((int)SocketError.NoData) : found;
        }
        catch (SocketException e)
        {
            throw e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData
                ? new OutboundException(OutboundFault.Failed, "The host's name is not known.", e)
                : new OutboundException(OutboundFault.Unavailable, "The host's name could not be looked up.", e);
        }
    }

    private async Task<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(timeout);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, limited.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
