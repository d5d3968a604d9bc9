using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

/// <summary>
/// Somebody's server with files, on 127.0.0.1, which answers at each path as a test says. At 127.0.0.2 and the same port nobody is to be
/// connected to.
/// </summary>
public sealed class FileServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpStubExchange, Task>> _paths = new();
    private readonly HttpStub _stub;
    private readonly TcpListener _inside;
    private int _files;

    public FileServer()
    {
        _stub = new HttpStub(exchange => _paths.TryGetValue(exchange.Target.Split('?')[0], out var answer)
            ? answer(exchange)
            : exchange.AnswerAsync("404 Not Found"));
        _inside = new TcpListener(IPAddress.Parse("127.0.0.2"), Port);
        _inside.Start();
    }

    public int Port => new Uri(_stub.Url).Port;

    /// <summary>Of a server inside: no request may come there.</summary>
    public string InsideUrl => $"http://127.0.0.2:{Port}/";

    public bool InsideWasReached => _inside.Pending();

    /// <summary>So that Kinora may go here, and inside not.</summary>
    public string[] Settings => ["Kinora__Outbound__AllowedNetworks__0=127.0.0.1/32", $"Kinora__Outbound__Ports__0={Port}"];

    public int CountOf(string url) => _stub.Requests.Count(request => request == $"GET {new Uri(url).PathAndQuery}");

    /// <returns>The address of a file that nobody else asks for.</returns>
    public string Serve(Func<HttpStubExchange, Task> answer, string name = "a%20walk.mp4")
    {
        var path = $"/{Interlocked.Increment(ref _files)}/{name}";
        _paths[path] = answer;
        return $"{_stub.Url}{path}?signature=secret";
    }

    public string ServeFile(string path) => Serve(exchange => SendAsync(exchange, File.OpenRead(path)));

    public string Redirect(string to) => Serve(exchange => exchange.AnswerAsync("302 Found", headers: $"Location: {to}"));

    /// <param name="promise">Of a length, though no more than the stream's may come; null: none is promised, and the end of the connection is the body's.</param>
    /// <param name="most">After so many bytes the server does what <paramref name="then"/> says.</param>
    public static async Task SendAsync(
        HttpStubExchange exchange, Stream content, bool promise = true, long most = long.MaxValue, Func<HttpStubExchange, Task>? then = null)
    {
        await using (content)
        {
            var length = promise ? $"Content-Length: {content.Length}\r\n" : "";
            await exchange.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n{length}\r\n"));
            var buffer = new byte[64 * 1024];
            while (most > 0 && await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most)), exchange.Stopped) is > 0 and var count)
            {
                await exchange.SendAsync(buffer.AsMemory(0, count));
                most -= count;
            }
        }

        if (then is not null)
        {
            await then(exchange);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stub.DisposeAsync();
        _inside.Dispose();
    }
}
