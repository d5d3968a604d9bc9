using System.Net;
using System.Security.Cryptography;
using Kinora.Core.Errors;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Jobs;

public sealed class HostileFileTests(KinoraFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_of_noise_fails_with_a_listed_code_and_the_worker_lives_on()
    {
        using var user = await (await fixture.OnFolderAsync()).CreateUserAsync();
        using var folder = new TestFolder();
        byte[] head = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isommp42"u8];
        await File.WriteAllBytesAsync(folder.Path("noise.mp4"), [.. head, .. RandomNumberGenerator.GetBytes(1 << 20)], Cancellation);

        var (videoId, jobId) = await user.UploadAsync(folder.Path("noise.mp4"), ("transcode", "true"));

        var job = await user.WaitForJobAsync(jobId, "FAILED");
        Assert.Contains(job.GetProperty("error").Text("code"), JobErrorCode.All.Where(c => !c.IsRetryable).Select(c => c.Name));
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        var video = await user.VideoAsync(videoId);
        Assert.Equal("FAILED", video.Text("status"));
        Assert.Equal(job.GetProperty("error").ToString(), video.GetProperty("error").ToString());
        Assert.Equal("FAILED", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
        Assert.Single((await user.GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").EnumerateArray());
        using var transcode = await user.PostAsync($"/v1/videos/{videoId}/transcodes");
        await transcode.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
    }

    [Fact]
    public async Task An_analysis_that_is_tried_again_begins_anew()
    {
        using var user = await (await fixture.OnFolderAsync()).CreateUserAsync();
        using var folder = new TestFolder();
        await File.WriteAllBytesAsync(folder.Path("noise.mkv"), [0x1A, 0x45, 0xDF, 0xA3, .. RandomNumberGenerator.GetBytes(4096)], Cancellation);
        var (videoId, jobId) = await user.UploadAsync(folder.Path("noise.mkv"));
        await user.WaitForJobAsync(jobId, "FAILED");

        using var response = await user.PostAsync($"/v1/jobs/{jobId}/retry");

        var retry = (await user.BodyAsync(response, HttpStatusCode.Accepted)).GetProperty("jobId").GetGuid();
        await user.WaitForJobAsync(retry, "FAILED");
        Assert.Equal("FAILED", (await user.VideoAsync(videoId)).Text("status"));
    }
}
