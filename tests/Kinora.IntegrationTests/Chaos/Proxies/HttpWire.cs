using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>One end of an HTTP/1.1 connection, of which heads and pieces of bodies are read as they are.</summary>
internal sealed class HttpWire(Socket socket, CancellationToken stopped) : IDisposable
{
    private const int MaxHead = 64 * 1024;
    private readonly byte[] _buffer = new byte[MaxHead];
    private int _begin;
    private int _end;

    public static async Task<HttpWire> ConnectAsync(IPEndPoint server, CancellationToken stopped)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, stopped);
        return new HttpWire(socket, stopped);
    }

    /// <summary>Null at the end of the connection.</summary>
    public async Task<HttpHead?> ReadHeadAsync()
    {
        int length;
        while ((length = _buffer.AsSpan(_begin.._end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync())
            {
                return null;
            }
        }

        return new HttpHead(Take(length + 4));
    }

    /// <summary>The pieces of a body, with the framing of its chunks, if any. None of them is larger than 64 KB.</summary>
    /// <param name="untilEnd">Whether a body without a length lasts as long as the connection, as an answer's does.</param>
    public async IAsyncEnumerable<BodyPiece> ReadBodyAsync(HttpHead head, bool untilEnd, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (head.IsChunked)
        {
            int size;
            do
            {
                var line = await ReadLineAsync();
                yield return new BodyPiece(line, IsContent: false);
                size = int.Parse(Encoding.ASCII.GetString(line).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await foreach (var piece in ReadAsync(size, untilEnd: false).WithCancellation(cancellation))
                {
                    yield return piece;
                }

                yield return new BodyPiece(await ReadLineAsync(), IsContent: false);
            }
            while (size > 0);
        }
        else if ((head.ContentLength ?? (untilEnd ? long.MaxValue : 0)) is > 0 and var length)
        {
            await foreach (var piece in ReadAsync(length, head.ContentLength is null).WithCancellation(cancellation))
            {
                yield return piece;
            }
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, stopped)..];
        }
    }

    /// <summary>Until the other end goes.</summary>
    public async Task WaitForEndAsync()
    {
        do
        {
            _begin = _end = 0;
        }
        while (await FillAsync());
    }

    /// <summary>RST instead of FIN.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async IAsyncEnumerable<BodyPiece> ReadAsync(long length, bool untilEnd)
    {
        while (length > 0)
        {
            if (_begin == _end && !await FillAsync())
            {
                if (untilEnd)
                {
                    yield break;
                }

                throw new IOException("The connection ended within a body.");
            }

            var piece = Take((int)Math.Min(length, _end - _begin));
            length -= piece.Length;
            yield return new BodyPiece(piece, IsContent: true);
        }
    }

    private async Task<byte[]> ReadLineAsync()
    {
        int length;
        while ((length = _buffer.AsSpan(_begin.._end).IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync())
            {
                throw new IOException("The connection ended within a chunk.");
            }
        }

        return Take(length + 2);
    }

    private byte[] Take(int count)
    {
        var taken = _buffer[_begin..(_begin + count)];
        _begin += count;
        return taken;
    }

    private async Task<bool> FillAsync()
    {
        if (_begin > 0)
        {
            _buffer.AsSpan(_begin.._end).CopyTo(_buffer);
            (_begin, _end) = (0, _end - _begin);
        }

        if (_end == _buffer.Length)
        {
            throw new IOException("A head of more than 64 KB.");
        }

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, stopped);
        _end += read;
        return read > 0;
    }
}

/// <param name="IsContent">False: what frames a chunk.</param>
internal sealed record BodyPiece(byte[] Bytes, bool IsContent);
