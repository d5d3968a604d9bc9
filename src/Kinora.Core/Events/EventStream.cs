using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kinora.Core.Events;

/// <summary>One who waits for events.</summary>
public sealed class EventStream : IDisposable
{
    private readonly EventStreams _streams;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<Guid, JobProgress> _progress = new();
    private int _hasEvents;

    internal EventStream(EventStreams streams, Guid ownerId, Guid? videoId) => (_streams, OwnerId, VideoId) = (streams, ownerId, videoId);

    public Guid OwnerId { get; }

    public Guid? VideoId { get; }

    /// <summary>Until there may be events, or progress; at once where there was some since the last call. False: neither came in time.</summary>
    public async Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(time);
        try
        {
            await _signal.Reader.ReadAsync(limited.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Whether the log is to be read again.</summary>
    public bool TakeHasEvents() => Interlocked.Exchange(ref _hasEvents, 0) == 1;

    /// <summary>The newest of each job since the last call.</summary>
    public IReadOnlyList<JobProgress> TakeProgress() =>
        [.. _progress.Keys.Select(id => _progress.TryRemove(id, out var progress) ? progress : null).OfType<JobProgress>()];

    public void Dispose() => _streams.Close(this);

    internal void Wake()
    {
        Interlocked.Exchange(ref _hasEvents, 1);
        _signal.Writer.TryWrite(true);
    }

    internal void Tell(JobProgress progress)
    {
        _progress[progress.JobId] = progress;
        _signal.Writer.TryWrite(true);
    }
}
