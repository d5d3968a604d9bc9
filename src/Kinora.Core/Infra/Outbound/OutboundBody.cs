namespace Kinora.Core.Infra.Outbound;

/// <summary>
/// The body of an answer, from a server that may be slow, hang or break off. Only the time in which it is waited for counts: who reads
/// slowly does the server no wrong.
/// </summary>
public sealed class OutboundBody(Stream body, OutboundOptions options, TimeProvider time)
{
    private readonly long _due = Math.Max(1, (long)(options.StallTime.TotalSeconds * options.MinBytesPerSecond));
    private long _came;
    private TimeSpan _waited;

    /// <returns>0: the body has ended, and is whole where its length was promised.</returns>
    /// <exception cref="OutboundException">Unavailable: it came too slowly, or broke off.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(options.StallTime > _waited ? options.StallTime - _waited : TimeSpan.Zero);
        try
        {
            var count = await body.ReadAsync(buffer, stalled.Token);
            _came += count;
            _waited += time.GetElapsedTime(begun);
            if (_came >= _due)
            {
                (_came, _waited) = (0, TimeSpan.Zero);
            }

            // Bytes that came in the very moment: its time has run out nonetheless, and HttpClient has closed the connection under them.
            return count > 0 && stalled.IsCancellationRequested && !cancellation.IsCancellationRequested ? throw TooSlow(null) : count;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw TooSlow(e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new OutboundException(OutboundFault.Unavailable, "The server broke off in the midst of its answer.", e);
        }
    }

    /// <summary>Reads until the buffer is full or the body ends.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var filled = 0;
        while (filled < buffer.Length && await ReadAsync(buffer[filled..], cancellation) is > 0 and var count)
        {
            filled += count;
        }

        return filled;
    }

    private static OutboundException TooSlow(Exception? cause) => new(OutboundFault.Unavailable, "The server sends too slowly.", cause);
}
