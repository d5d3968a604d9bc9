namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>What became of all injections of one <see cref="StoreFault"/>.</summary>
internal sealed class FaultTally(string section, string fault)
{
    private readonly List<TimeSpan> _recoveries = [];
    private readonly List<string> _violations = [];
    private int _injected;
    private int _fired;

    public void CountInjected() => _injected++;

    public void CountFired() => _fired++;

    public void AddRecovery(TimeSpan recovery) => _recoveries.Add(recovery);

    public void AddViolations(IEnumerable<string> violations) => _violations.AddRange(violations);

    /// <param name="atTheEnd">Violations that were found when all was over: they may be of any of the faults.</param>
    public void Conclude(IReadOnlyList<string> atTheEnd) =>
        new FaultRow(section, fault, _injected, _fired, _recoveries, [.. _violations.Union(atTheEnd)]).Conclude();
}
