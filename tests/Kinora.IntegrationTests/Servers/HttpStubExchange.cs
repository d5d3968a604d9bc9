using System.Net.Sockets;
using System.Text;

namespace Kinora.IntegrationTests.Servers;

/// <summary>One request to <see cref="HttpStub"/>, and the means to answer it.</summary>
public sealed class HttpStubExchange
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private HttpStubExchange(Socket socket, NetworkStream stream, string head, CancellationToken stopped)
    {
        (_socket, _stream, Stopped) = (socket, stream, stopped);
        var lines = head.Split("\r\n");
        (Method, Target) = (lines[0].Split(' ')[0], lines[0].Split(' ')[1]);
        Headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
    }

    public string Method { get; }

    /// <summary>Path and query.</summary>
    public string Target { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The end of the stub.</summary>
    public CancellationToken Stopped { get; }

    public long BytesSent { get; private set; }

    public static async Task<HttpStubExchange?> ReadAsync(Socket socket, NetworkStream stream, CancellationToken stopped)
    {
        // Byte by byte: what follows the head belongs to the body.
        var head = new List<byte>();
        var next = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(next, stopped) == 0)
            {
                return null;
            }

            head.Add(next[0]);
        }

        return new HttpStubExchange(socket, stream, Encoding.ASCII.GetString([.. head]), stopped);
    }

    /// <summary>Reads the body, or its first bytes.</summary>
    /// <param name="into">Where to; null: nowhere.</param>
    public async Task ReadBodyAsync(long atMost = long.MaxValue, Stream? into = null)
    {
        if (Headers.TryGetValue("Expect", out var expect) && expect == "100-continue")
        {
            await SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        var left = Math.Min(atMost, Headers.TryGetValue("Content-Length", out var length) ? long.Parse(length) : 0);
        var buffer = new byte[64 * 1024];
        while (left > 0 && await _stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), Stopped) is > 0 and var read)
        {
            left -= read;
            into?.Write(buffer, 0, read);
        }
    }

    /// <summary>A whole answer. <paramref name="contentLength"/> may promise more than the body has.</summary>
    public async Task AnswerAsync(string status, string body = "", long? contentLength = null, params string[] headers)
    {
        var length = contentLength ?? body.Length;
        var lines = string.Concat(headers.Select(header => $"{header}\r\n"));
        await SendAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{lines}\r\n{(Method == "HEAD" ? "" : body)}"));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes, Stopped);
        BytesSent += bytes.Length;
    }

    /// <summary>RST instead of FIN: what a crashed store or a broken way to it looks like.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public Task HangAsync() => Task.Delay(Timeout.Infinite, Stopped);
}
