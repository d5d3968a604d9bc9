using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kinora.IntegrationTests.Servers;

/// <summary>
/// A server that answers byte by byte what a test says, so that it can break off, hang and lie where a real one would not. One request
/// a connection.
/// </summary>
public sealed class HttpStub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<HttpStubExchange, Task> _answer;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _serving;

    public HttpStub(Func<HttpStubExchange, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>"METHOD /path?query" of each request, in the order of their arrival.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        await using (var stream = new NetworkStream(socket))
        {
            try
            {
                if (await HttpStubExchange.ReadAsync(socket, stream, _stop.Token) is { } exchange)
                {
                    _requests.Enqueue($"{exchange.Method} {exchange.Target}");
                    await _answer(exchange);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client went away, which is often what the test is about.
            }
        }
    }
}
