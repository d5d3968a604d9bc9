namespace Kinora.Tests.Transcoding.Packaging.IsoMedia;

/// <summary>A few bytes, then zeros: a file of any length that takes no memory.</summary>
internal sealed class SparseStream(byte[] head, long length) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = (int)Math.Min(count, length - Position);
        for (var i = 0; i < read; i++, Position++)
        {
            buffer[offset + i] = Position < head.Length ? head[Position] : (byte)0;
        }

        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
