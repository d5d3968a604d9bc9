using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>A rendition that was asked for, and that the options do not allow any more when its turn comes.</summary>
public sealed class RenditionNotOfferedTests : DeploymentTest
{
    private const string Smaller = "Kinora__Transcoding__MaxShortSide=240";

    [Fact]
    public async Task The_job_fails_at_once_by_name_the_video_stays_good_and_a_retry_is_refused_where_it_cannot_help()
    {
        await Deployment.StartWorkerAsync(Smaller);
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await User.TranscodeAsync(videoId, new { renditions = new[] { "360p" } });

        var job = await User.WaitForJobAsync(jobId, "FAILED");
        Assert.Equal("RENDITION_NOT_OFFERED", job.GetProperty("error").Text("code"));
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        Assert.Equal("ANALYZED", (await User.VideoAsync(videoId)).Text("status"));

        var api = await Deployment.StartApiAsync(Smaller);
        using var http = new HttpClient { BaseAddress = api.Address };
        http.DefaultRequestHeaders.Authorization = User.Http.DefaultRequestHeaders.Authorization;
        using var retry = await http.PostAsync($"/v1/jobs/{jobId}/retry", null, TestContext.Current.CancellationToken);
        await retry.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");

        // What the options allow is made as ever.
        await User.WaitForJobAsync(await User.TranscodeAsync(videoId));
        Assert.Equal("READY", (await User.VideoAsync(videoId)).Text("status"));
    }
}
