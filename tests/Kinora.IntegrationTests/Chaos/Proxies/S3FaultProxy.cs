using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>
/// Stands between Kinora and an S3 store. What it passes on it passes on byte for byte and as it comes, so that signatures stay good;
/// for the rest see <see cref="S3FaultKind"/>.
/// </summary>
public sealed class S3FaultProxy : IAsyncDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan RefusedTime = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _serving = new();
    private readonly IPEndPoint _store;
    private readonly IPEndPoint _address;
    private readonly Task _accepting;
    private volatile S3Fault[] _faults = [];

    /// <summary>Null while nobody listens.</summary>
    private Socket? _listener;

    private S3FaultProxy(Uri store)
    {
        _store = new IPEndPoint(IPAddress.Parse(store.Host), store.Port);
        var listener = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _address = (IPEndPoint)listener.LocalEndPoint!;
        listener.Listen(Backlog);
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    /// <summary>For the options' Endpoint.</summary>
    public string Url => $"http://{_address}";

    /// <param name="store">With an address, not a name.</param>
    public static S3FaultProxy Start(string store) => new(new Uri(store));

    /// <summary>Instead of all earlier ones; the first that concerns a call and wants it gets it.</summary>
    public void Inject(params S3Fault[] faults) => _faults = faults;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_serving.Keys);
        _stop.Dispose();
    }

    internal S3Fault? Choose(S3Call call) => _faults.FirstOrDefault(f => f.Takes(call));

    internal bool IsInjected(S3Fault fault) => _faults.Contains(fault);

    /// <summary>Nobody listens for a second. Some calls may ask for it at once.</summary>
    internal void Refuse() => Interlocked.Exchange(ref _listener, null)?.Dispose();

    private static Socket Bind(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(address);
        return socket;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                try
                {
                    Serve(await listener.AcceptAsync(_stop.Token));
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // Bound and not listening: the kernel refuses, and nobody else gets the port.
                    listener = Bind(_address);
                    await Task.Delay(RefusedTime, _stop.Token);
                    listener.Listen(Backlog);
                    _listener = listener;
                }
            }
        }
        catch (OperationCanceledException)
        {
            listener.Dispose();
        }
    }

    private void Serve(Socket socket)
    {
        socket.NoDelay = true;
        var serving = ServeAsync(socket);
        _serving[serving] = true;
        serving.ContinueWith(ended => _serving.TryRemove(ended, out _), TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using var client = new HttpWire(socket, _stop.Token);
        HttpWire? store = null;
        try
        {
            store = await HttpWire.ConnectAsync(_store, _stop.Token);
            while (await client.ReadHeadAsync() is { } head && await new S3Exchange(this, client, store, head, _stop.Token).RunAsync())
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end is gone, often by our own hand; then the other goes too.
        }
        finally
        {
            store?.Dispose();
        }
    }
}
