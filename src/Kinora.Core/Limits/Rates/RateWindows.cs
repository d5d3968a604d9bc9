using System.Collections.Concurrent;

namespace Kinora.Core.Limits.Rates;

/// <summary>
/// Sliding windows in memory: exact, since each permit is remembered for its period (8 bytes), and only permits are. So the memory is
/// bounded by the requests that were let through in a period, whoever sends them.
/// </summary>
public sealed class RateWindows(TimeProvider time)
{
    /// <summary>Each has some 300 bytes. Whoever is beyond them shares one window: refused rather than unlimited.</summary>
    internal const int MaxSubjects = 100_000;
    private const string Others = "others";
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Limit, string Subject), Window> _windows = new();
    private long _sweptAt = time.GetTimestamp();

    /// <summary>The dictionary's own count would take all of its locks.</summary>
    private int _count;

    /// <summary>Takes a permit.</summary>
    /// <returns>Null: it is given. Else how long to wait for one.</returns>
    public TimeSpan? Take(RateLimit limit, string subject)
    {
        Sweep();
        while (true)
        {
            var window = WindowOf((limit.Name, subject));
            lock (window)
            {
                if (!window.IsGone)
                {
                    return window.Take(limit, time);
                }
            }
        }
    }

    /// <summary>Gives all permits of the subject back.</summary>
    public void Forget(RateLimit limit, string subject)
    {
        if (_windows.TryRemove((limit.Name, subject), out var window))
        {
            Interlocked.Decrement(ref _count);
            lock (window)
            {
                window.IsGone = true;
            }
        }
    }

    private Window WindowOf((string Limit, string Subject) key)
    {
        if (_windows.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _count) >= MaxSubjects)
        {
            key = (key.Limit, Others);
        }

        var made = new Window();
        var window = _windows.GetOrAdd(key, made);
        if (window == made)
        {
            Interlocked.Increment(ref _count);
        }

        return window;
    }

    /// <summary>In passing, now and then: no timer runs while nobody asks.</summary>
    private void Sweep()
    {
        var sweptAt = Interlocked.Read(ref _sweptAt);
        if (time.GetElapsedTime(sweptAt) < SweepInterval || Interlocked.CompareExchange(ref _sweptAt, time.GetTimestamp(), sweptAt) != sweptAt)
        {
            return;
        }

        foreach (var (key, window) in _windows)
        {
            lock (window)
            {
                window.IsGone = window.IsOver(time);
            }

            if (window.IsGone && _windows.TryRemove(KeyValuePair.Create(key, window)))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Window
    {
        private readonly Queue<long> _taken = new();
        private TimeSpan _period;
        private long _last;

        public bool IsGone { get; set; }

        public bool IsOver(TimeProvider time) => time.GetElapsedTime(_last) >= _period;

        public TimeSpan? Take(RateLimit limit, TimeProvider time)
        {
            while (_taken.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= limit.Period)
            {
                _taken.Dequeue();
            }

            if (_taken.Count >= limit.Permits)
            {
                return limit.Period - time.GetElapsedTime(_taken.Peek());
            }

            (_period, _last) = (limit.Period, time.GetTimestamp());
            _taken.Enqueue(_last);
            return null;
        }
    }
}
