using System.Diagnostics;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>Clients at random against one database, until enough has happened or a rule is broken.</summary>
internal static class ProtocolStorm
{
    private const int Clients = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    /// <param name="transactions">At least so many, and</param>
    /// <param name="zombies">so many attempts that went on after their lease was taken; at most ten times the transactions.</param>
    public static async Task<StormLedger> RunAsync(
        StormDatabase database, Mutant mutant, int transactions, int zombies, int seed, CancellationToken cancellation)
    {
        var ledger = new StormLedger();
        await using var source = await database.CopyAsync(mutant.Schema);
        var subject = new StormSubject(source, mutant, ledger, TimeProvider.System);
        var videos = new StormVideos(subject);
        await videos.CreateAsync(cancellation);
        var invariants = new StormInvariants(subject, ledger);
        var clients = Enumerable.Range(0, Clients)
            .Select(i => new StormClient(subject, ledger, videos, TimeProvider.System, new Random(seed + i), $"client-{i}"))
            .ToArray();
        var watch = Stopwatch.StartNew();
        bool IsOver() => ledger.IsViolated || watch.Elapsed > Limit || ledger.Transactions > 10 * transactions
            || (ledger.Transactions >= transactions && ledger.Zombies >= zombies);

        var running = clients.Select(client => Task.Run(
            async () =>
            {
                while (!IsOver())
                {
                    await client.StepAsync(cancellation);
                }
            },
            cancellation)).ToArray();
        while (!IsOver())
        {
            await invariants.CheckAsync(cancellation);
            await Task.WhenAny(Task.WhenAll(running), Task.Delay(TimeSpan.FromMilliseconds(500), cancellation));
        }

        await Task.WhenAll(running);
        if (!ledger.IsViolated)
        {
            await DrainAsync(subject, clients[0], cancellation);
            await videos.CollectAsync(TimeSpan.Zero, cancellation);
            await videos.EndGracesAsync(cancellation);
            await videos.CollectAsync(TimeSpan.Zero, cancellation);
            await invariants.CheckAtEndAsync(cancellation);
        }

        return ledger;
    }

    private static async Task DrainAsync(StormSubject subject, StormClient client, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await using var live = subject.Source.CreateCommand("SELECT count(*) FROM jobs WHERE status IN ('QUEUED', 'RUNNING')");
        while (await live.ExecuteScalarAsync(cancellation) is > 0L && watch.Elapsed < DrainLimit)
        {
            await client.DrainAsync(cancellation);
        }
    }
}
