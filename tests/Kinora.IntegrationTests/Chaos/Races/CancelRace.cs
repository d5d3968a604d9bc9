namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>One cancel against one completion, as a client saw it.</summary>
/// <param name="Published">When the job was seen to begin its publication.</param>
/// <param name="ProcessId">Of the worker that had it; 0: it was done when it was first seen.</param>
/// <param name="Asked">Just before the request, and <paramref name="Answered"/> just after its answer.</param>
internal sealed record CancelRace(
    Guid JobId, DateTimeOffset Published, int ProcessId, DateTimeOffset Asked, DateTimeOffset Answered, bool IsCanceled)
{
    /// <summary>
    /// Whether the request and the transaction of the completion were under way at once. The worker has one slot: what fires in it between
    /// the publication and the answer is this job's.
    /// </summary>
    /// <param name="fired">complete.in_transaction and complete.before_commit, each a delay of <paramref name="delay"/>.</param>
    public bool WasClose(IEnumerable<FiredFailpoint> fired, TimeSpan delay)
    {
        var mine = fired.Where(f => f.ProcessId == ProcessId && f.At >= Published && f.At <= Answered).ToList();
        return mine.Count > 0 && mine[^1].At + delay >= Asked;
    }
}
