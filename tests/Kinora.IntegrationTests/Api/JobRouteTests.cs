using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Api;

/// <summary>Asking for work, ending it, and being told how it stands; the test plays the worker.</summary>
public sealed class JobRouteTests(ApiFixture fixture) : IAsyncLifetime
{
    private ApiUser _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Client => _user.Client;

    public async ValueTask InitializeAsync() => _user = await fixture.CreateUserAsync();

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_job_is_canceled_once_and_may_be_canceled_again()
    {
        var (_, jobId) = await PublishedVideo.UploadAsync(Client);

        using var first = await Client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);
        using var second = await Client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var text = await first.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(text, await second.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("CANCELED", JsonDocument.Parse(text).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_job_that_has_ended_cannot_be_canceled_and_one_that_succeeded_not_tried_again()
    {
        var (_, succeeded, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, Client);
        var failed = await FailAsync();

        await ShouldConflictAsync($"/v1/jobs/{succeeded}/cancel");
        await ShouldConflictAsync($"/v1/jobs/{failed}/cancel");
        await ShouldConflictAsync($"/v1/jobs/{succeeded}/retry");
    }

    [Fact]
    public async Task A_failed_job_says_why_and_is_tried_again_by_a_new_one()
    {
        var failed = await FailAsync();
        var job = await GetAsync($"/v1/jobs/{failed}");
        Assert.Equal("FAILED", job.GetProperty("status").GetString());
        Assert.Equal("CORRUPT", job.GetProperty("error").GetProperty("code").GetString());
        var videoId = job.GetProperty("videoId").GetGuid();
        Assert.Equal("FAILED", (await GetAsync($"/v1/videos/{videoId}")).GetProperty("status").GetString());
        Assert.Equal("FAILED", (await GetAsync($"/v1/videos/{videoId}/explain")).GetProperty("code").GetString());

        using var retry = await Client.PostAsync($"/v1/jobs/{failed}/retry", null, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, retry.StatusCode);
        var newId = (await retry.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("jobId").GetGuid();
        Assert.NotEqual(failed, newId);
        Assert.Equal($"/v1/jobs/{newId}", retry.Headers.Location?.OriginalString);
        var video = await GetAsync($"/v1/videos/{videoId}");
        Assert.Equal("UPLOADED", video.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, video.GetProperty("error").ValueKind);
        await ShouldConflictAsync($"/v1/jobs/{failed}/retry");
        Assert.Equal("WAITING_FOR_WORKER", (await GetAsync($"/v1/videos/{videoId}/explain")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_transcode_needs_an_analysis()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(Client);

        await ShouldConflictAsync($"/v1/videos/{videoId}/transcodes");
        await ShouldConflictAsync($"/v1/videos/{videoId}/plan");
        using var canceled = await Client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);
        await ShouldConflictAsync($"/v1/videos/{videoId}/transcodes");
        var failed = (await GetAsync($"/v1/jobs/{await FailAsync()}")).GetProperty("videoId").GetGuid();
        await ShouldConflictAsync($"/v1/videos/{failed}/transcodes");
        await ShouldConflictAsync($"/v1/videos/{failed}/plan");
    }

    [Fact]
    public async Task The_same_request_is_the_same_job_until_it_is_forced()
    {
        var video = await PublishedVideo.CreateAsync(fixture.Api, Client);

        Assert.Equal(video.HlsJobId, await PublishedVideo.RequestHlsAsync(Client, video.Id));
        Assert.Equal(video.HlsJobId, await PublishedVideo.RequestHlsAsync(Client, video.Id, new { }));
        Assert.Equal(video.HlsJobId, await PublishedVideo.RequestHlsAsync(Client, video.Id, new { force = false }));
        var forced = await PublishedVideo.RequestHlsAsync(Client, video.Id, new { force = true });
        Assert.NotEqual(video.HlsJobId, forced);
        Assert.Equal(forced, await PublishedVideo.RequestHlsAsync(Client, video.Id, new { force = true }));
        using var other = await Client.PostAsJsonAsync($"/v1/videos/{video.Id}/transcodes", new { renditions = (string[])["240p"] }, Cancellation);
        var details = await other.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(forced, details.GetProperty("jobId").GetGuid());
    }

    [Fact]
    public async Task Ten_equal_requests_at_once_are_one_job()
    {
        var (videoId, _, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, Client);

        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PublishedVideo.RequestHlsAsync(Client, videoId)));

        Assert.Single(ids.Distinct());
    }

    [Theory]
    [InlineData("""{"renditions": []}""")]
    [InlineData("""{"renditions": [null]}""")]
    [InlineData("""{"renditions": [""]}""")]
    [InlineData("""{"renditions": [720]}""")]
    [InlineData("""{"renditions": "720p"}""")]
    [InlineData("""{"renditions": ["1080p"]}""")]
    [InlineData("""{"renditions": ["720P"]}""")]
    [InlineData("""{"renditions": ["720p -vf x"]}""")]
    [InlineData("""{"renditions": ["hls; -f x"]}""")]
    [InlineData("""{"renditions": ["../720p"]}""")]
    [InlineData("""{"renditions": ["720p\u0000"]}""")]
    [InlineData("""{"renditions": ["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"]}""")]
    [InlineData("""{"force": "yes"}""")]
    [InlineData("""{"force": 1}""")]
    [InlineData("""{"codec": "libx264 -i /etc/passwd"}""")]
    [InlineData("""{"type": "HLS2"}""")]
    [InlineData("""{"type": null}""")]
    [InlineData("""{"height": -1}""")]
    [InlineData("""{"height": 1e9}""")]
    [InlineData("""{"height": "720 -vf"}""")]
    [InlineData("""{"crf": 99}""")]
    [InlineData("""{"preset": "../x"}""")]
    [InlineData("""{"inputPath": "/etc/passwd"}""")]
    [InlineData("""{"outputPath": "/tmp/x"}""")]
    [InlineData("""{"objectKey": "x"}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public async Task Parameters_outside_of_the_contract_are_invalid(string body)
    {
        var (videoId, _, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, Client);

        foreach (var route in (string[])["transcodes", "plan"])
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await Client.PostAsync($"/v1/videos/{videoId}/{route}", content, Cancellation);
            await response.ShouldBeInvalidAsync();
        }

        Assert.Equal(2, (await GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_plan_is_made_without_doing_it()
    {
        var (videoId, _, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, Client);

        using var response = await Client.PostAsJsonAsync($"/v1/videos/{videoId}/plan", new { renditions = (string[])["240p", "720p"] }, Cancellation);

        var plan = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(["720p", "240p"], plan.GetProperty("renditions").EnumerateArray().Select(r => r.GetProperty("name").GetString()));
        Assert.True(plan.GetProperty("predictedBytes").GetInt64() > 0);
        Assert.Equal(2, (await GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task The_jobs_of_a_deleted_video_tell_that_they_were_canceled_and_are_not_tried_again()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(Client);

        using var deleted = await Client.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
        using var again = await Client.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
        using var retry = await Client.PostAsync($"/v1/jobs/{jobId}/retry", null, Cancellation);
        using var transcode = await Client.PostAsync($"/v1/videos/{videoId}/transcodes", null, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await again.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await retry.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await transcode.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal("CANCELED", (await GetAsync($"/v1/jobs/{jobId}")).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("""{"title": ""}""")]
    [InlineData("""{"title": null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"title": "x", "status": "READY"}""")]
    [InlineData("""{"title": "x", "ownerId": "01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11"}""")]
    [InlineData("""{"title": "a\u0000b"}""")]
    [InlineData("""{"title": "\ud800"}""")]
    public async Task A_malformed_rename_is_invalid(string body)
    {
        var (videoId, _) = await PublishedVideo.UploadAsync(Client);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await Client.PatchAsync($"/v1/videos/{videoId}", content, Cancellation);

        await response.ShouldBeInvalidAsync();
    }

    [Fact]
    public async Task A_video_is_renamed_to_what_was_sent()
    {
        var (videoId, _) = await PublishedVideo.UploadAsync(Client);
        var title = "<script>alert(1)</script> " + string.Concat(Enumerable.Repeat("🐕", 174));

        using var response = await Client.PatchAsJsonAsync($"/v1/videos/{videoId}", new { title }, Cancellation);

        Assert.Equal(title, (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("title").GetString());
        using var tooLong = await Client.PatchAsJsonAsync($"/v1/videos/{videoId}", new { title = title + "x" }, Cancellation);
        await tooLong.ShouldBeInvalidAsync();
    }

    private async Task<Guid> FailAsync()
    {
        var (_, jobId) = await PublishedVideo.UploadAsync(Client);
        var job = await PublishedVideo.ClaimAsync(fixture.Api, jobId);
        var status = await fixture.Api.Services.GetRequiredService<JobStore>()
            .FailAsync(job, JobErrorCode.Corrupt, "The file is damaged.", TimeSpan.Zero, Cancellation);
        Assert.Equal(JobStatus.Failed, status);
        return jobId;
    }

    private async Task ShouldConflictAsync(string path)
    {
        using var response = await Client.PostAsync(path, null, Cancellation);
        await response.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    private Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path, Cancellation);
}
