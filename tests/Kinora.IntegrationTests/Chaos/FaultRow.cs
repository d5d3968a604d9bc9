using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>What became of one fault; a row of docs/reliability.md.</summary>
/// <param name="Section">The heading that it stands under: "Workers killed".</param>
/// <param name="Fault">In words: "kill -9 after the claim".</param>
/// <param name="Injected">How often the test asked for it.</param>
/// <param name="Fired">How often it was seen to happen.</param>
/// <param name="Recoveries">From the fault to the moment at which all was well again; empty where that has no meaning.</param>
/// <param name="Violations">Of the invariants, each in words.</param>
public sealed record FaultRow(
    string Section, string Fault, int Injected, int Fired, IReadOnlyList<TimeSpan> Recoveries, IReadOnlyList<string> Violations)
{
    /// <summary>Into the report, and judged: a fault that never fired proves nothing.</summary>
    public void Conclude()
    {
        ReliabilityReport.Add(this);
        var recovered = Recoveries.Count > 0 ? $", recovered within {Recoveries.Max().TotalSeconds:0.0} s" : "";
        TestContext.Current.TestOutputHelper?.WriteLine($"{Fault}: injected {Injected}, fired {Fired}{recovered}, violations {Violations.Count}");
        Assert.True(Fired > 0, $"{Fault}: it never fired");
        Assert.True(Violations.Count == 0, $"{Fault}:\n{string.Join('\n', Violations)}");
    }
}
