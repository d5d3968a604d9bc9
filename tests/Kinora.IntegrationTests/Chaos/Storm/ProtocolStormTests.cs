namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>The job protocol under random clients, most of which lose their leases and do not notice.</summary>
public sealed class ProtocolStormTests(StormDatabase database, ITestOutputHelper output) : IClassFixture<StormDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_rule_is_broken_in_a_storm()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var (transactions, zombies) = (ChaosScale.Of(3_000, 20_000), ChaosScale.Of(300, 3_000));

        var ledger = await ProtocolStorm.RunAsync(database, Mutant.None, transactions, zombies, seed, Cancellation);

        output.WriteLine(
            $"{ledger.Transactions} transactions, {ledger.Zombies} zombies, {ledger.Completed.Count} completions, {ledger.Canceled.Count} cancels, {ledger.Deadlocks} deadlocks");
        new FaultRow("Protocol storm", "an attempt goes on after its lease was taken", zombies, ledger.Zombies, [], ledger.Violations).Conclude();
        Assert.True(ledger.Transactions >= transactions && ledger.Zombies >= zombies, $"seed {seed}: too little happened");
        Assert.NotEmpty(ledger.Completed);
        Assert.NotEmpty(ledger.Canceled);
        Assert.Equal(0, ledger.Deadlocks);
    }
}
