using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>
/// Stands between a process and PostgreSQL, Redis or another server and does what networks do: refuse, freeze, reset, crawl. It also
/// knows enough of PostgreSQL's protocol to lose the answer of a COMMIT.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private const int Backlog = 128;

    // NpgsqlTransaction.Commit sends a simple query of its own: type, length, text, zero (PostgreSQL documentation, 53.7 "Query").
    private static readonly byte[] Commit = [(byte)'Q', 0, 0, 0, 11, .. "COMMIT\0"u8];

    private readonly IPEndPoint _target;
    private readonly string? _device;
    private readonly ConcurrentDictionary<TcpProxyLink, Task> _links = new();
    private readonly ConcurrentDictionary<TcpFault, int> _fired = new();
    private readonly Lock _switching = new();
    private Socket _listener;
    private Task _accepting;
    private volatile int _bytesPerSecond;
    private volatile TcpTrap? _trap;
    private (TcpWay Ways, TaskCompletionSource Thawed) _frozen;
    private bool _refusing;

    private TcpProxy(IPEndPoint target, IPAddress listen, string? device)
    {
        (_target, _device) = (target, device);
        _listener = Bind(new IPEndPoint(listen, 0));
        Address = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync(_listener);
    }

    public IPEndPoint Address { get; }

    public int Port => Address.Port;

    /// <summary>Connections at this moment.</summary>
    public int Connections => _links.Count;

    internal TcpTrap? Trap => _trap;

    internal int BytesPerSecond => _bytesPerSecond;

    /// <param name="listen">An address of this machine; the port is a free one.</param>
    /// <param name="device">The network device to which all of it is bound; null: whichever leads to the client.</param>
    public static TcpProxy Start(IPEndPoint target, IPAddress listen, string? device = null) => new(target, listen, device);

    /// <summary>How often the fault was seen to happen.</summary>
    public int Fired(TcpFault fault) => _fired.GetValueOrDefault(fault);

    /// <summary>Ends every fault: what was held back flows on.</summary>
    public void Pass()
    {
        lock (_switching)
        {
            _trap = null;
            _bytesPerSecond = 0;
            Thaw();
            if (_refusing)
            {
                _refusing = false;
                _accepting = AcceptAsync(_listener);
            }
        }
    }

    /// <summary>Cuts all connections; nobody listens any more.</summary>
    public void Refuse()
    {
        lock (_switching)
        {
            if (_refusing)
            {
                return;
            }

            _refusing = true;
            _listener.Dispose();
            // Bound and not listening: the kernel refuses, and nobody else gets the port.
            _listener = Bind(Address);
        }

        ResetLinks(TcpFault.Refuse);
    }

    /// <summary>Connections are kept and taken, and no byte goes on: a partition that nobody is told of.</summary>
    public void Freeze(TcpWay ways = TcpWay.Both)
    {
        lock (_switching)
        {
            Thaw();
            _frozen = (ways, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    /// <summary>Each connection, each way.</summary>
    public void Throttle(int bytesPerSecond) => _bytesPerSecond = bytesPerSecond;

    /// <summary>RST to both ends of every connection; new ones are taken.</summary>
    public void ResetAll() => ResetLinks(TcpFault.Reset);

    /// <summary>The next COMMIT is passed on and answered, and its client is reset instead of hearing the answer.</summary>
    /// <param name="after">Only on a connection that has sent this text since; null: on any.</param>
    public void LoseNextCommit(string? after = null) =>
        _trap = new TcpTrap(TcpFault.LoseAnswer, Commit, after is null ? null : Encoding.UTF8.GetBytes(after));

    /// <summary>The next connection that sends this text is reset before any of the piece that holds it is passed on.</summary>
    public void CutBefore(string text) => _trap = new TcpTrap(TcpFault.Cut, Encoding.UTF8.GetBytes(text), after: null);

    public async ValueTask DisposeAsync()
    {
        lock (_switching)
        {
            _listener.Dispose();
        }

        await _accepting;
        ResetLinks(null);
        await Task.WhenAll(_links.Values);
    }

    internal void Count(TcpFault fault) => _fired.AddOrUpdate(fault, 1, (_, before) => before + 1);

    /// <summary>Returns at once, or when the way is open again.</summary>
    internal async Task WaitForThawAsync(TcpWay way, CancellationToken cancellation)
    {
        while (true)
        {
            (TcpWay Ways, TaskCompletionSource? Thawed) frozen;
            lock (_switching)
            {
                frozen = _frozen;
            }

            if (!frozen.Ways.HasFlag(way))
            {
                return;
            }

            Count(TcpFault.Freeze);
            await frozen.Thawed!.Task.WaitAsync(cancellation);
        }
    }

    private void Thaw()
    {
        var (ways, thawed) = _frozen;
        _frozen = default;
        if (ways != 0)
        {
            thawed.SetResult();
        }
    }

    private void ResetLinks(TcpFault? fault)
    {
        foreach (var link in _links.Keys)
        {
            if (fault is { } counted)
            {
                Count(counted);
            }

            link.Reset();
        }
    }

    private Socket Bind(IPEndPoint address)
    {
        const int solSocket = 1;
        const int bindToDevice = 25;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (_device is not null)
        {
            // Else, while the device is down, what is sent again would look for another way out of this machine.
            socket.SetRawSocketOption(solSocket, bindToDevice, Encoding.ASCII.GetBytes(_device + '\0'));
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(address);
        return socket;
    }

    private async Task AcceptAsync(Socket listener)
    {
        listener.Listen(Backlog);
        await Task.Yield();
        try
        {
            while (true)
            {
                var link = new TcpProxyLink(this, await listener.AcceptAsync(), _target);
                var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _links[link] = running.Task;
                _ = RunAsync(link, running);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task RunAsync(TcpProxyLink link, TaskCompletionSource running)
    {
        using (link)
        {
            await link.RunAsync();
        }

        _links.TryRemove(link, out _);
        running.SetResult();
    }
}
