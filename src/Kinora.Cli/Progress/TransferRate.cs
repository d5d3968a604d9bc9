namespace Kinora.Cli.Progress;

/// <summary>How fast bytes go, over the last seconds: what was fast at first says nothing of what is left.</summary>
internal sealed class TransferRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <summary>A fast line reports thousands of times a second.</summary>
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>What goes within it goes into buffers, at a rate that means nothing.</summary>
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(500);

    private readonly Queue<(long At, long Bytes)> _samples = [];
    private long _sampledAt;
    private (long At, long Bytes) _last;

    /// <param name="bytes">That have gone so far, all in all.</param>
    public void Note(long bytes)
    {
        var now = time.GetTimestamp();
        if (bytes < _last.Bytes)
        {
            // Gone on with from further back: what was sent in vain is no speed.
            _samples.Clear();
        }

        _last = (now, bytes);
        if (_samples.Count == 0 || time.GetElapsedTime(_sampledAt, now) >= SampleInterval)
        {
            _samples.Enqueue(_last);
            _sampledAt = now;
        }

        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window)
        {
            _samples.Dequeue();
        }
    }

    /// <summary>Null: too little is known yet.</summary>
    public double? BytesPerSecond
    {
        get
        {
            if (_samples.Count == 0)
            {
                return null;
            }

            var ((from, first), (to, last)) = (_samples.Peek(), _last);
            var elapsed = time.GetElapsedTime(from, to);
            return elapsed >= ShortestSpan ? (last - first) / elapsed.TotalSeconds : null;
        }
    }

    /// <summary>Null: nobody can tell, as when nothing moves.</summary>
    public TimeSpan? TimeFor(long bytes) => BytesPerSecond is > 0 and var rate && bytes / rate < TimeSpan.FromDays(1).TotalSeconds
        ? TimeSpan.FromSeconds(Math.Ceiling(bytes / rate))
        : null;
}
