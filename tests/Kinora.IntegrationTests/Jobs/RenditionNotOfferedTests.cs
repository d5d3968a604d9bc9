using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>A rendition that was asked for, and that the options do not allow any more when its turn comes.</summary>
[Collection("deployments")]
public sealed class RenditionNotOfferedTests : IAsyncLifetime
{
    private const string Smaller = "Kinora__Transcoding__MaxShortSide=240";
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(null);
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_job_fails_at_once_by_name_the_video_stays_good_and_a_retry_is_refused_where_it_cannot_help()
    {
        await _deployment.StartWorkerAsync(Smaller);
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await _user.TranscodeAsync(videoId, new { renditions = new[] { "360p" } });

        var job = await _user.WaitForJobAsync(jobId, "FAILED");
        Assert.Equal("RENDITION_NOT_OFFERED", job.GetProperty("error").Text("code"));
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        Assert.Equal("ANALYZED", (await _user.VideoAsync(videoId)).Text("status"));

        var api = await _deployment.StartApiAsync(Smaller);
        using var http = new HttpClient { BaseAddress = api.Address };
        http.DefaultRequestHeaders.Authorization = _user.Http.DefaultRequestHeaders.Authorization;
        using var retry = await http.PostAsync($"/v1/jobs/{jobId}/retry", null, TestContext.Current.CancellationToken);
        await retry.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");

        // What the options allow is made as ever.
        await _user.WaitForJobAsync(await _user.TranscodeAsync(videoId));
        Assert.Equal("READY", (await _user.VideoAsync(videoId)).Text("status"));
    }
}
