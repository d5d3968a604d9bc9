using System.Net;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>The API's memory does not grow with what is uploaded, and its spool is empty of a request's file once that has ended.</summary>
[Collection("deployments")]
public sealed class LargeUploadTests(KinoraFixture fixture)
{
    private const long Megabyte = 1 << 20;
    private const long Large = 2048 * Megabyte;
    private const long MaxGrowth = 64 * Megabyte;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_gigabytes_pass_through_in_constant_memory()
    {
        // Once in the spool, once in the store, and what the machine needs for itself.
        Assert.SkipUnless(new DriveInfo(Repository.Artifacts).AvailableFreeSpace > 4 * Large, "The disk has no room for it.");
        var deployment = await fixture.OnFolderAsync();
        var api = await deployment.StartApiAsync();
        using var user = await deployment.CreateUserAsync(api);
        await DeleteAsync(deployment, user, await UploadAsync(user, 32 * Megabyte));
        var before = api.ResidentBytes;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var peak = PeakAsync(api, ended.Token);

        var videoId = await UploadAsync(user, Large);

        await ended.CancelAsync();
        Assert.InRange(await peak - before, long.MinValue, MaxGrowth);
        Assert.Empty(Directory.EnumerateFiles(deployment.UploadFolder));
        var video = await user.VideoAsync(videoId);
        Assert.Equal(Large, video.GetProperty("sizeBytes").GetInt64());
        var analyzed = await user.WaitForJobAsync((await user.JobAsync(videoId, "ANALYZE")).GetProperty("id").GetGuid());
        Assert.Equal(1, analyzed.GetProperty("attempts").GetInt32());
        await DeleteAsync(deployment, user, videoId);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_leaves_nothing()
    {
        var deployment = await fixture.OnFolderAsync();
        using var user = await deployment.CreateUserAsync();
        var stored = Sources(deployment);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var clip = new PaddedClip(await SourceClips.ShortAsync(), 256 * Megabyte)
        {
            OnBlock = async position =>
            {
                if (position > 64 * Megabyte)
                {
                    await Eventually.TrueAsync(() => Directory.EnumerateFiles(deployment.UploadFolder).Any(), () => "nothing is spooled");
                    await gone.CancelAsync();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(user, clip, gone.Token));

        await Eventually.TrueAsync(() => !Directory.EnumerateFiles(deployment.UploadFolder).Any(), () => deployment.Log);
        Assert.Empty((await user.GetAsync("/v1/videos")).GetProperty("items").EnumerateArray());
        Assert.Empty(Sources(deployment).Except(stored));
        Assert.Equal(HttpStatusCode.OK, await user.StatusOfAsync("/health"));
    }

    private static string[] Sources(Deployment deployment)
    {
        var folder = Path.Combine(deployment.StoreFolder, "sources");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
    }

    private static async Task<Guid> UploadAsync(KinoraClient user, long length)
    {
        using var response = await SendAsync(user, new PaddedClip(await SourceClips.ShortAsync(), length), Cancellation);
        return (await user.BodyAsync(response, HttpStatusCode.Created)).GetProperty("videoId").GetGuid();
    }

    private static async Task<HttpResponseMessage> SendAsync(KinoraClient user, PaddedClip clip, CancellationToken cancellation)
    {
        using var form = new MultipartFormDataContent { { new StreamContent(clip, (int)Megabyte), "file", "large.mp4" } };
        return await user.Http.PostAsync("/v1/videos", form, cancellation);
    }

    private static async Task DeleteAsync(Deployment deployment, KinoraClient user, Guid videoId)
    {
        using var deleted = await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Eventually.TrueAsync(async () => (await deployment.ListObjectsAsync(videoId)).Count == 0, () => deployment.Log);
    }

    private static async Task<long> PeakAsync(KinoraProcess process, CancellationToken cancellation)
    {
        var peak = 0L;
        while (!cancellation.IsCancellationRequested)
        {
            peak = Math.Max(peak, process.ResidentBytes);
            await Task.Delay(SampleInterval, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return peak;
    }
}
