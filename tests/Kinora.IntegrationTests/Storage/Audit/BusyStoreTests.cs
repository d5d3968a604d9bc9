using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.IntegrationTests.Api;

namespace Kinora.IntegrationTests.Storage.Audit;

/// <summary>Audits of a system that never stands still.</summary>
public sealed class BusyStoreTests(ApiFixture fixture)
{
    private const int Users = 4;
    private const int VideosEach = 12;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Audits_beside_uploads_jobs_deletes_and_sweeps_find_nothing()
    {
        await using var store = await AuditedStore.StartAsync(fixture, new CollectorOptions { SweepAgain = [TimeSpan.Zero] });
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (audits, objects) = (0, 0L);
        var findings = new List<Finding>();

        var sweeping = RepeatAsync(async () =>
        {
            await store.MakeDueAsync();
            await store.Sweeper.RunAsync(Cancellation);
        });
        var auditing = RepeatAsync(async () =>
        {
            var tally = new AuditTally();
            await foreach (var finding in store.Audit.RunAsync(new AuditScope(Checksums: audits % 2 == 0, AuditRepair.None), tally, Cancellation))
            {
                findings.Add(finding);
            }

            audits++;
            objects += tally.Objects;
        });
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Users).Select(_ => LiveAsync(store)));
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(sweeping, auditing);
        }

        Assert.Empty(findings);
        Assert.True(audits >= 5 && objects > 50, $"{audits} audits of {objects} objects say little");
        Assert.Empty(await store.AuditAsync(checksums: true));

        async Task RepeatAsync(Func<Task> action)
        {
            await Task.Yield();
            while (!done.IsCancellationRequested)
            {
                await action();
            }
        }
    }

    /// <summary>Videos that come, are encoded twice, and go: every second one stays.</summary>
    private static async Task LiveAsync(AuditedStore store)
    {
        for (var number = 0; number < VideosEach; number++)
        {
            var video = await PublishedVideo.CreateAsync(store.Api, store.Client);
            var second = await PublishedVideo.RequestHlsAsync(store.Client, video.Id, new { force = true });
            await video.PublishAgainAsync(store.Api, second);
            if (number % 2 == 0)
            {
                using var deleted = await store.Client.DeleteAsync($"/v1/videos/{video.Id}", Cancellation);
                deleted.EnsureSuccessStatusCode();
            }
        }
    }
}
