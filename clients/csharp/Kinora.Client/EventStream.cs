namespace Kinora.Client;

/// <summary>
/// A connection may be lost without a word, and reading would wait for ever. Comments count as a word, and the parser of events passes over
/// them: so it is the reading of bytes that has the limit.
/// </summary>
/// <param name="silence">Cancelled when a read has waited for so long; between reads, where the caller takes his time, it has no limit.</param>
internal sealed class EventStream(Stream bytes, CancellationTokenSource silence) : Stream
{
    /// <summary>Three of the comments that the server sends where there is nothing to tell: one each 15 seconds.</summary>
    public static readonly TimeSpan SilenceLimit = 3 * TimeSpan.FromSeconds(15);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        silence.CancelAfter(SilenceLimit);
        try
        {
            return await bytes.ReadAsync(buffer, silence.Token);
        }
        finally
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await bytes.DisposeAsync();
        await base.DisposeAsync();
    }
}
