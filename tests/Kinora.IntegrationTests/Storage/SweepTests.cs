using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Storage;

/// <summary>One sweep of a doomed prefix is not enough: who lost its job without knowing it may still put an object.</summary>
[Collection("deployments")]
public sealed class SweepTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_put_late_under_a_doomed_prefix_goes_with_the_second_sweep()
    {
        await using var deployment = await Deployment.StartAsync(null, "Kinora__Collector__SweepAgain__0=00:00:03");
        await deployment.StartWorkerAsync();
        using var user = await deployment.CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
        var source = $"SELECT COALESCE(max(sweeps), -1) FROM storage_intents WHERE prefix = 'sources/{videoId}/'";
        await Eventually.TrueAsync(async () => await deployment.QueryAsync<int>(source) == 1, () => deployment.Log);
        var store = deployment.OpenStore();
        var late = $"sources/{videoId}/late";
        await store.PutBytesAsync(late, new byte[16], "application/octet-stream", Cancellation);

        await Eventually.TrueAsync(async () => await deployment.QueryAsync<int>(source) == -1, () => deployment.Log);

        Assert.Null(await store.HeadAsync(late, Cancellation));
    }
}
