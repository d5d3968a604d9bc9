using System.Buffers.Binary;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>The helper's end of the conversation: synchronous, since libavformat's callbacks are.</summary>
internal sealed class ProbeHostChannel(Stream input, Stream output) : IDisposable
{
    private readonly BufferedStream _input = new(input, 4 << 10);
    private readonly BufferedStream _output = new(output, 4 << 10);

    public long SourceLength { get; set; }

    /// <summary>Null at the end of the input.</summary>
    public ProbeRequest? ReadRequest()
    {
        Span<byte> header = stackalloc byte[ProbeFrame.HeaderBytes];
        if (_input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return null;
        }

        Span<byte> payload = stackalloc byte[ProbeRequest.Bytes];
        payload = payload[..ReadHeader(header, ProbeFrameKind.Request, ProbeRequest.Bytes)];
        _input.ReadExactly(payload);
        return ProbeRequest.Parse(payload);
    }

    public int ReadSource(long offset, Span<byte> buffer)
    {
        Span<byte> question = stackalloc byte[sizeof(long) + sizeof(int)];
        BinaryPrimitives.WriteInt64LittleEndian(question, offset);
        BinaryPrimitives.WriteInt32LittleEndian(question[sizeof(long)..], buffer.Length);
        Send(ProbeFrameKind.Read, question);

        Span<byte> header = stackalloc byte[ProbeFrame.HeaderBytes];
        _input.ReadExactly(header);
        var length = ReadHeader(header, ProbeFrameKind.Data, buffer.Length);
        _input.ReadExactly(buffer[..length]);
        return length;
    }

    public void Send(ProbeFrameKind kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[ProbeFrame.HeaderBytes];
        ProbeFrame.WriteHeader(header, kind, payload.Length);
        _output.Write(header);
        _output.Write(payload);
        _output.Flush();
    }

    public void Dispose()
    {
        _input.Dispose();
        try
        {
            _output.Dispose();
        }
        catch (IOException)
        {
            // What could not be sent is for a worker that is no longer there.
        }
    }

    private static int ReadHeader(ReadOnlySpan<byte> header, ProbeFrameKind expected, int maxLength)
    {
        var (kind, length) = ProbeFrame.ReadHeader(header, maxLength);
        return kind == expected ? length : throw new ProbeProtocolException($"A frame of kind {kind} where {expected} was due.");
    }
}
