using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Storage.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Storage.Collection;

public sealed class UnfinishedPutsTests(ApiFixture fixture, SwiftServer swift)
{
    private const string Bucket = "unfinished";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_in_parts_is_taken_back_once_nobody_may_write_its_key()
    {
        await using var store = await AuditedStore.StartAsync(fixture);
        var options = await swift.BucketAsync(Bucket);
        using var objects = new S3ObjectStore(options, NullLogger<S3ObjectStore>.Instance);
        await objects.PutBytesAsync("a", "x"u8.ToArray(), "text/plain", Cancellation); // makes the bucket
        using var client = S3Client.Create(options);
        var (live, dead) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var (videoId, state) in ((Guid, string)[])[(live, "WRITING"), (dead, "DOOMED")])
        {
            await store.ExecuteAsync($"""
                INSERT INTO storage_intents (prefix, video_id, state, expires_at)
                VALUES ('{ObjectKey.SourcePrefix(videoId)}', '{videoId}', '{state}', clock_timestamp() + interval '1 day')
                """);
            await client.InitiateMultipartUploadAsync(Bucket, ObjectKey.Source(videoId), Cancellation);
        }

        await client.InitiateMultipartUploadAsync(Bucket, "of/somebody/else", Cancellation);

        await PutsOf(TimeSpan.FromMinutes(10)).AbortAbandonedAsync(Cancellation);
        Assert.Equal(3, await CountAsync()); // all young

        // Swift tells whole seconds.
        await Queues.Eventually.TrueAsync(
            async () =>
            {
                await PutsOf(TimeSpan.Zero).AbortAbandonedAsync(Cancellation);
                return await CountAsync() == 2;
            },
            () => "the dead one was not aborted");

        Assert.Equal(
            [ObjectKey.Source(live), "of/somebody/else"],
            (await objects.ListUnfinishedAsync(Tomorrow, Cancellation).ToListAsync(Cancellation)).Select(p => p.Key).OrderDescending(StringComparer.Ordinal));
        await store.ExecuteAsync("UPDATE storage_intents SET state = 'DOOMED'");
        await PutsOf(TimeSpan.Zero).AbortAbandonedAsync(Cancellation);
        Assert.Equal(1, await CountAsync());

        UnfinishedPuts PutsOf(TimeSpan grace) => new(
            store.Database, objects, TimeProvider.System, Options.Create(new CollectorOptions { AbandonedGrace = grace }), NullLogger<UnfinishedPuts>.Instance);

        async Task<int> CountAsync() => await objects.ListUnfinishedAsync(Tomorrow, Cancellation).CountAsync(Cancellation);
    }

    private static DateTimeOffset Tomorrow => TimeProvider.System.GetUtcNow().AddDays(1);
}
