namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>Something that befalls a store in the midst of work.</summary>
/// <param name="Name">In words, as it stands in docs/reliability.md.</param>
/// <param name="Times">How often; 0: not in this form of the suite.</param>
/// <param name="BeginAsync">Does it.</param>
/// <param name="HasHappenedAsync">Whether it is seen to have happened; asked before its end, and again until it is.</param>
internal sealed record StoreFault(string Name, int Times, Func<Task> BeginAsync, Func<Task<bool>> HasHappenedAsync)
{
    /// <summary>Puts an end to it; null: it is over by itself.</summary>
    public Func<Task>? EndAsync { get; init; }

    /// <summary>From its begin to its end.</summary>
    public TimeSpan Lasts { get; init; }

    /// <summary>Nothing gets an answer of the store meanwhile: health says so, and the suite's own requests are made.</summary>
    public bool IsOutage { get; init; }
}
