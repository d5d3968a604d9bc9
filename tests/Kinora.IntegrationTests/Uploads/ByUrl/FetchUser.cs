using System.Net;
using System.Text.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

/// <summary>What a user does who has an address instead of a file.</summary>
internal static class FetchUser
{
    /// <returns>The video's id and its FETCH job's.</returns>
    public static async Task<(Guid VideoId, Guid JobId)> SubmitUrlAsync(this KinoraClient user, string url, string? title = null, bool transcode = false)
    {
        using var response = await user.PostAsync("/v1/videos", title is null ? new { url, transcode } : new { url, title, transcode });
        var body = await user.BodyAsync(response, HttpStatusCode.Accepted);
        var videoId = body.GetProperty("videoId").GetGuid();
        Assert.Equal($"/v1/videos/{videoId}", response.Headers.Location?.ToString());
        return (videoId, body.GetProperty("fetchJobId").GetGuid());
    }

    public static Task<JsonElement> WaitForStatusAsync(this KinoraClient user, Guid videoId, string status) =>
        user.WaitAsync(() => user.VideoAsync(videoId), video => video.Text("status") == status);

    /// <summary>Until the fetch has failed for good.</summary>
    /// <returns>The video's error.</returns>
    public static async Task<JsonElement> WaitForFailureAsync(this KinoraClient user, Guid videoId, Guid jobId, string code)
    {
        var job = await user.WaitForJobAsync(jobId, "FAILED");
        var video = await user.VideoAsync(videoId);
        Assert.Equal(("FAILED", code, code), (video.Text("status"), video.GetProperty("error").Text("code"), job.GetProperty("error").Text("code")));
        return video.GetProperty("error");
    }
}
