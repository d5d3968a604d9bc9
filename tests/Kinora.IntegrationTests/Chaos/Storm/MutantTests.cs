namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>That the storm sees what it is to see: without any one guard of the protocol a rule is broken.</summary>
public sealed class MutantTests(StormDatabase database, ITestOutputHelper output) : IClassFixture<StormDatabase>
{
    /// <summary>Nearly all are seen within 2,000; a race that takes luck may take longer.</summary>
    private const int MostTransactions = 40_000;
    private const int Brief = 6;

    public static TheoryData<string> Names => [.. ChaosScale.Draw(Mutants.All, m => m.Name, Brief).Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_storm_breaks_a_rule_of_the_protocol_without_a_guard(string name)
    {
        var seed = Random.Shared.Next();
        var mutant = Mutants.All.Single(m => m.Name == name);

        var ledger = await ProtocolStorm.RunAsync(
            database, mutant, MostTransactions, zombies: 0, seed, TestContext.Current.CancellationToken);

        var seen = ledger.Violations.Count > 0 ? ledger.Violations[0].ReplaceLineEndings(" ") : "nothing";
        output.WriteLine($"seed {seed}: {ledger.Transactions} transactions until {seen}");
        new FaultRow("Mutants of the protocol", name, 1, ledger.IsViolated ? 1 : 0, [], []).Conclude();
    }
}
