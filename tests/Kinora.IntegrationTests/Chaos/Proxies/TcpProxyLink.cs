using System.Net;
using System.Net.Sockets;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>One connection through a <see cref="TcpProxy"/>: two sockets and a pump each way.</summary>
internal sealed class TcpProxyLink(TcpProxy proxy, Socket client, IPEndPoint target) : IDisposable
{
    private const int TurnsPerSecond = 10;

    // ReadyForQuery, with which PostgreSQL ends its answer to a query: type, length; a byte of state follows.
    private static readonly byte[] ReadyForQuery = [(byte)'Z', 0, 0, 0, 5];

    private readonly CancellationTokenSource _ended = new();
    private readonly Socket _server = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private TcpTrap.Watch? _watch;
    private volatile BytePattern? _losing;

    public async Task RunAsync()
    {
        try
        {
            client.NoDelay = true;
            await _server.ConnectAsync(target, _ended.Token);
            await Task.WhenAll(PumpAsync(client, _server, TcpWay.ToServer), PumpAsync(_server, client, TcpWay.ToClient));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end broke, or a test broke both: neither takes it for an orderly end.
            Abort(client);
            Abort(_server);
        }
    }

    public void Reset()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public void Dispose()
    {
        client.Dispose();
        _server.Dispose();
        _ended.Dispose();
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        socket.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, TcpWay way)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            int count;
            while ((count = await from.ReceiveAsync(buffer, SocketFlags.None, _ended.Token)) > 0)
            {
                await proxy.WaitForThawAsync(way, _ended.Token);
                var piece = buffer.AsMemory(0, count);
                if (way == TcpWay.ToServer)
                {
                    Watch(piece.Span);
                }
                else if (IsLost(piece.Span))
                {
                    continue;
                }

                await SendAsync(to, piece);
            }

            await proxy.WaitForThawAsync(way, _ended.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            Reset();
            throw;
        }
    }

    private void Watch(ReadOnlySpan<byte> piece)
    {
        if (proxy.Trap is not { } trap)
        {
            return;
        }

        if (_watch?.Trap != trap)
        {
            _watch = trap.Begin();
        }

        if (_watch.IsSprungBy(piece))
        {
            if (trap.Fault == TcpFault.LoseAnswer)
            {
                _losing = new BytePattern(ReadyForQuery);
                return;
            }

            proxy.Count(trap.Fault);
            Reset();
            _ended.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether this is (a piece of) an answer that must not arrive; with its end the connection ends.</summary>
    private bool IsLost(ReadOnlySpan<byte> piece)
    {
        if (_losing is not { } end)
        {
            return false;
        }

        if (end.IsIn(piece))
        {
            proxy.Count(TcpFault.LoseAnswer);
            Reset();
            _ended.Token.ThrowIfCancellationRequested();
        }

        return true;
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            var next = piece.Length;
            if (proxy.BytesPerSecond is > 0 and var limit)
            {
                next = Math.Min(next, Math.Max(1, limit / TurnsPerSecond));
                proxy.Count(TcpFault.Throttle);
                await Task.Delay(TimeSpan.FromSeconds((double)next / limit), _ended.Token);
            }

            piece = piece[await to.SendAsync(piece[..next], SocketFlags.None, _ended.Token)..];
        }
    }
}
