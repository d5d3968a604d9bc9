using System.Buffers.Binary;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>
/// A clip and after it, in a second mdat that no sample lies in, as many zeros as are wanted: a valid MP4 of any size that costs no
/// memory. Waits where it is told to, for a test that looks at an upload in its middle.
/// </summary>
internal sealed class PaddedClip(string clip, long length) : Stream
{
    private const int BoxHeader = 16; // with a 64-bit size (ISO/IEC 14496-12 §4.2)
    private readonly byte[] _head = Head(File.ReadAllBytes(clip), length);
    private long _position;

    /// <summary>Called before the bytes of each block are given out.</summary>
    public Func<long, Task> OnBlock { get; init; } = _ => Task.CompletedTask;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await OnBlock(_position).WaitAsync(cancellationToken);
        return Read(buffer.Span);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _position);
        buffer = buffer[..count];
        buffer.Clear();
        if (_position < _head.Length)
        {
            var head = _head.AsSpan((int)_position);
            head[..Math.Min(head.Length, count)].CopyTo(buffer);
        }

        _position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Head(byte[] clip, long length)
    {
        var box = new byte[BoxHeader];
        BinaryPrimitives.WriteUInt32BigEndian(box, 1);
        "mdat"u8.CopyTo(box.AsSpan(4));
        BinaryPrimitives.WriteInt64BigEndian(box.AsSpan(8), length - clip.Length);
        return [.. clip, .. box];
    }
}
