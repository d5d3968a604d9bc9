using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Storage.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Storage.Collection;

public sealed class PrefixSweeperTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_zombie_writes_after_the_first_sweep_is_gone_after_the_second()
    {
        await using var store = await AuditedStore.StartAsync(fixture);
        var video = await PublishedVideo.CreateAsync(store.Api, store.Client);
        var (kept, late) = (await store.KeyAsync(video.Id, "source"), await store.KeyAsync(video.Id, PublishedVideo.Segment));
        var prefix = ObjectKey.PrefixOf(late)!;
        await video.PublishAgainAsync(store.Api, await PublishedVideo.RequestHlsAsync(store.Client, video.Id, new { force = true }));
        Assert.NotEmpty(await store.ListAsync(prefix)); // its ten minutes are not over
        await store.Sweeper.RunAsync(Cancellation);
        Assert.NotEmpty(await store.ListAsync(prefix));

        await store.MakeDueAsync();
        await store.Sweeper.RunAsync(Cancellation);

        Assert.Empty(await store.ListAsync(prefix));
        Assert.Equal(0L, await store.QueryAsync<long>($"SELECT count(*) FROM derivatives WHERE prefix = '{prefix}'"));
        await ShouldWaitAsync(sweeps: 1, TimeSpan.FromMinutes(10));

        await store.PutAsync(late);
        await store.Sweeper.RunAsync(Cancellation);
        Assert.Equal([late], await store.ListAsync(prefix)); // not yet
        await store.MakeDueAsync();
        await store.Sweeper.RunAsync(Cancellation);

        Assert.Empty(await store.ListAsync(prefix));
        await ShouldWaitAsync(sweeps: 2, TimeSpan.FromDays(1));

        await store.PutAsync(late);
        await store.MakeDueAsync();
        await store.Sweeper.RunAsync(Cancellation);

        Assert.Empty(await store.ListAsync(prefix));
        Assert.Equal(0L, await store.QueryAsync<long>($"SELECT count(*) FROM storage_intents WHERE prefix = '{prefix}'"));
        Assert.NotNull(await store.Objects.HeadAsync(kept, Cancellation));

        async Task ShouldWaitAsync(int sweeps, TimeSpan time)
        {
            var left = await store.QueryAsync<TimeSpan>(
                $"SELECT expires_at - clock_timestamp() FROM storage_intents WHERE prefix = '{prefix}' AND sweeps = {sweeps}");
            Assert.InRange(left, time - TimeSpan.FromMinutes(1), time);
        }
    }

    [Fact]
    public async Task Several_sweepers_at_once_sweep_everything_and_count_each_sweep_once()
    {
        const int prefixes = 130;
        await using var store = await AuditedStore.StartAsync(fixture);
        for (var number = 0; number < prefixes; number++)
        {
            var videoId = Guid.CreateVersion7();
            await store.PutAsync(ObjectKey.Source(videoId));
            await store.ExecuteAsync($"""
                INSERT INTO storage_intents (prefix, video_id, state, expires_at)
                VALUES ('{ObjectKey.SourcePrefix(videoId)}', '{videoId}', 'DOOMED', clock_timestamp())
                """);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => store.Sweeper.RunAsync(Cancellation))));

        Assert.Empty(await store.ListAsync());
        Assert.Equal((long)prefixes, await store.QueryAsync<long>("SELECT count(*) FROM storage_intents WHERE sweeps = 1"));
    }

    [Fact]
    public async Task A_prefix_that_cannot_be_swept_is_put_off_and_the_others_are_swept()
    {
        await using var store = await AuditedStore.StartAsync(fixture);
        var videos = new List<PublishedVideo>();
        for (var number = 0; number < 2; number++)
        {
            videos.Add(await PublishedVideo.CreateAsync(store.Api, store.Client));
            using var deleted = await store.Client.DeleteAsync($"/v1/videos/{videos[number].Id}", Cancellation);
        }

        var broken = new RecordingStore(store.Objects)
        {
            OnDelete = keys => _ = keys.Any(k => k.Contains($"{videos[0].Id}", StringComparison.Ordinal)) ? throw new StorageException("Not now.") : 0,
        };
        var options = Options.Create(new CollectorOptions { SweepAgain = [] });

        await new PrefixSweeper(store.Database, broken, options, NullLogger<PrefixSweeper>.Instance).RunAsync(Cancellation);

        Assert.All(await store.ListAsync(), key => Assert.Contains($"{videos[0].Id}", key, StringComparison.Ordinal));
        Assert.Equal(3L, await store.QueryAsync<long>(
            $"SELECT count(*) FROM storage_intents WHERE sweeps = 0 AND expires_at > clock_timestamp() + interval '30 s' AND video_id = '{videos[0].Id}'"));
        Assert.Equal(3L, await store.QueryAsync<long>("SELECT count(*) FROM storage_intents"));
    }
}
