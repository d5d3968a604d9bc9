using Kinora.Core.Infra.Database;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Storage.Audit;

namespace Kinora.IntegrationTests.Storage.Collection;

public sealed class ChoresTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chore_is_one_process_s_in_each_interval()
    {
        await using var store = await AuditedStore.StartAsync(fixture);
        var chores = new Chores(store.Database);

        Assert.Equal(1, await TakeAsync());
        Assert.Equal(0, await TakeAsync());
        await store.ExecuteAsync("UPDATE chores SET last_run_at = last_run_at - interval '25 h'");
        Assert.Equal(1, await TakeAsync());
        Assert.True(await chores.TryTakeAsync("another", TimeSpan.FromDays(1), Cancellation));

        async Task<int> TakeAsync() =>
            (await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => chores.TryTakeAsync("audit", TimeSpan.FromDays(1), Cancellation)))).Count(t => t);
    }
}
