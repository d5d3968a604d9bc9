using System.Collections.Concurrent;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>What the clients of a storm were told, apart from what the database says now.</summary>
internal sealed class StormLedger
{
    private readonly ConcurrentDictionary<Guid, long> _newest = new();
    private readonly ConcurrentDictionary<(Guid, long), byte> _zombies = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private int _transactions;
    private int _deadlocks;

    public ConcurrentDictionary<Guid, byte> Submitted { get; } = new();

    /// <summary>Acknowledged completions, by (job, fence).</summary>
    public ConcurrentDictionary<(Guid JobId, long Fence), int> Completed { get; } = new();

    public ConcurrentDictionary<Guid, byte> Canceled { get; } = new();

    /// <summary>Attempts that a reaper says it has taken.</summary>
    public ConcurrentDictionary<(Guid JobId, long Fence), byte> Reaped { get; } = new();

    public int Transactions => _transactions;

    public int Zombies => _zombies.Count;

    public int Deadlocks => _deadlocks;

    public IReadOnlyList<string> Violations => [.. _violations.Distinct().Take(20)];

    public bool IsViolated => !_violations.IsEmpty;

    public void Transact() => Interlocked.Increment(ref _transactions);

    public void Violate(string violation) => _violations.Enqueue(violation);

    public void Deadlock()
    {
        Interlocked.Increment(ref _deadlocks);
        Violate("a deadlock");
    }

    /// <summary>A claim was acknowledged.</summary>
    public void Claimed(Guid jobId, long fence) => _newest.AddOrUpdate(jobId, fence, (_, old) => Math.Max(old, fence));

    /// <summary>The newest fence that a client has heard of.</summary>
    public long Newest(Guid jobId) => _newest.GetValueOrDefault(jobId);

    /// <summary>An attempt goes on; it is a zombie when its lease was taken from it before.</summary>
    public void GoesOn(Guid jobId, long fence)
    {
        if (Reaped.ContainsKey((jobId, fence)))
        {
            _zombies.TryAdd((jobId, fence), 0);
        }
    }
}
