using Amazon.Runtime;

namespace Kinora.Core.Infra.Storage;

/// <summary>
/// The promised bytes of one object: no more, and a <see cref="StorageException"/> where they are fewer or do not come in time. Read
/// asynchronously only, since a blocking read would have no time-out.
/// </summary>
internal sealed class ObjectReadStream(string key, Stream inner, long length, TimeSpan timeout) : Stream
{
    private long _remaining = length;

    // One for many reads: a source of 2 GB is read in tens of thousands of them.
    private CancellationTokenSource _limit = new();
    private bool _disposed;

    /// <summary>Disposed of together with the stream.</summary>
    public IDisposable? Owner { get; init; }

    /// <summary>The inner stream ends where the promised bytes do, so that one more read proves it.</summary>
    public required bool EndsWithInner { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_remaining == 0 || buffer.Length == 0)
        {
            return 0;
        }

        var wanted = buffer[..(int)Math.Min(buffer.Length, _remaining)];
        var read = await ReadInTimeAsync(wanted, cancellationToken);
        if (read == 0)
        {
            throw new StorageException($"Object {key} ended {_remaining} bytes before its length.");
        }

        _remaining -= read;
        if (_remaining == 0 && EndsWithInner)
        {
            await ReadEndAsync(cancellationToken);
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            try
            {
                inner.Dispose();
            }
            catch (AmazonClientException)
            {
                // The SDK compares its checksum once more: a read has thrown that already.
            }
            finally
            {
                Owner?.Dispose();
                _limit.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (!_limit.TryReset())
        {
            _limit.Dispose();
            _limit = new();
        }

        _limit.CancelAfter(timeout);
        using var registration = cancellation.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), _limit);
        try
        {
            return await inner.ReadAsync(buffer, _limit.Token);
        }
        catch (Exception e) when (!_disposed)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new StorageException(
                _limit.IsCancellationRequested ? $"Object {key} sent nothing for {timeout}." : $"Object {key} could not be read.", e)
            {
                // So the store's client says that a whole object has another checksum than the store has of it.
                IsGarbled = e is AmazonClientException,
            };
        }
        finally
        {
            _limit.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    // The store's client compares its checksum where the body ends, and only a read past the last byte tells it so.
    private async ValueTask ReadEndAsync(CancellationToken cancellation)
    {
        if (await ReadInTimeAsync(new byte[1], cancellation) != 0)
        {
            throw new StorageException($"Object {key} goes on after its length.");
        }
    }
}
