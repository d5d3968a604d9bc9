using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Queues;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>A new job for one that FAILED or was CANCELED, against whatever else happens to the video; the test plays the worker.</summary>
public sealed class RetryTests(ApiFixture fixture) : IAsyncLifetime
{
    private ApiUser _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _user = await fixture.CreateUserAsync();

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Of_32_retries_at_once_one_makes_a_job_and_the_others_are_told_of_it()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(_user.Client);
        await FailAsync(jobId, JobErrorCode.Corrupt);

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => PostAsync($"/v1/jobs/{jobId}/retry")));

        var made = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Accepted);
        var newId = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("jobId").GetGuid();
        foreach (var refused in answers.Where(a => a != made))
        {
            var details = await refused.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
            Assert.Equal(newId, details.GetProperty("jobId").GetGuid());
        }

        Assert.Equal(2, (await GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").GetArrayLength());
        Assert.All(answers, a => a.Dispose());
    }

    [Fact]
    public async Task A_live_job_is_not_tried_again_and_named()
    {
        var (_, jobId) = await PublishedVideo.UploadAsync(_user.Client);

        using var queued = await PostAsync($"/v1/jobs/{jobId}/retry");
        await PublishedVideo.ClaimAsync(fixture.Api, jobId);
        using var running = await PostAsync($"/v1/jobs/{jobId}/retry");

        Assert.All(
            [await queued.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT"), await running.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT")],
            details => Assert.Equal(jobId, details.GetProperty("jobId").GetGuid()));
    }

    [Fact]
    public async Task An_analysis_that_was_canceled_is_not_tried_again_after_another_one_succeeded()
    {
        var (videoId, first) = await PublishedVideo.UploadAsync(_user.Client);
        using var canceled = await PostAsync($"/v1/jobs/{first}/cancel");
        var second = await RetryAsync(first);
        await SucceedAnalysisAsync(second);

        using var again = await PostAsync($"/v1/jobs/{first}/retry");

        await again.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("ANALYZED", await StatusAsync(videoId));
    }

    [Fact]
    public async Task An_encoding_that_was_canceled_is_made_anew_after_another_one_succeeded_and_the_video_stays_ready()
    {
        var video = await PublishedVideo.CreateAsync(fixture.Api, _user.Client);
        var forced = await PublishedVideo.RequestHlsAsync(_user.Client, video.Id, new { force = true });
        using var canceled = await PostAsync($"/v1/jobs/{forced}/cancel");

        var retry = await RetryAsync(forced);

        Assert.NotEqual(forced, retry);
        Assert.NotEqual(video.HlsJobId, retry);
        await FailAsync(retry, JobErrorCode.Corrupt);
        Assert.Equal("READY", await StatusAsync(video.Id));
        await RetryAsync(retry);
        Assert.Equal("READY", await StatusAsync(video.Id));
    }

    [Fact]
    public async Task Only_the_retry_of_what_failed_leads_a_video_out_of_failed_and_to_where_that_begins()
    {
        var (videoId, _, thumbnail) = await PublishedVideo.AnalyzeAsync(fixture.Api, _user.Client);
        var hls = await PublishedVideo.RequestHlsAsync(_user.Client, videoId);
        await FailAsync(thumbnail, JobErrorCode.Corrupt);
        Assert.Equal("ANALYZED", await StatusAsync(videoId));
        await FailAsync(hls, JobErrorCode.Corrupt);
        Assert.Equal("FAILED", await StatusAsync(videoId));

        using var transcode = await PostAsync($"/v1/videos/{videoId}/transcodes");
        await transcode.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        await RetryAsync(thumbnail);
        Assert.Equal("FAILED", await StatusAsync(videoId));

        var retry = await RetryAsync(hls);
        Assert.Equal("ANALYZED", await StatusAsync(videoId));
        Assert.Equal(retry, await PublishedVideo.RequestHlsAsync(_user.Client, videoId));
    }

    [Fact]
    public async Task A_retry_that_is_refused_leaves_the_video_failed()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobsPerUser=1");
        var (videoId, jobId) = await PublishedVideo.UploadAsync(api.Client);
        await FailAsync(jobId, JobErrorCode.Corrupt);
        await PublishedVideo.UploadAsync(api.Client);

        using var retry = await api.PostAsync($"/v1/jobs/{jobId}/retry");

        await retry.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.Equal("FAILED", (await api.GetAsync($"/v1/videos/{videoId}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_video_that_is_deleted_in_the_same_moment_is_not_found()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(_user.Client);
        await FailAsync(jobId, JobErrorCode.Corrupt);
        await using var connection = new NpgsqlConnection(fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var delete = new NpgsqlCommand($"UPDATE videos SET deleted_at = clock_timestamp() WHERE id = '{videoId}'", connection);
        await delete.ExecuteNonQueryAsync(Cancellation);

        var retrying = PostAsync($"/v1/jobs/{jobId}/retry");
        await Eventually.TrueAsync(async () => await IsWaitingForVideoAsync() || retrying.IsCompleted, () => "The retry did not come to the video's row.");
        Assert.False(retrying.IsCompleted);
        await transaction.CommitAsync(Cancellation);

        using var retry = await retrying;
        await retry.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    private async Task<bool> IsWaitingForVideoAsync()
    {
        await using var connection = new NpgsqlConnection(fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT media_info IS NOT NULL FROM videos %'",
            connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))! > 0;
    }

    private async Task FailAsync(Guid jobId, JobErrorCode code) => Assert.Equal(
        JobStatus.Failed,
        await fixture.Api.Services.GetRequiredService<JobStore>().FailAsync(
            await PublishedVideo.ClaimAsync(fixture.Api, jobId), code, "The file is damaged.", TimeSpan.Zero, Cancellation));

    private async Task SucceedAnalysisAsync(Guid jobId) => Assert.NotNull(
        await fixture.Api.Services.GetRequiredService<CompleteJob>().AnalysisAsync(
            await PublishedVideo.ClaimAsync(fixture.Api, jobId), PublishedVideo.Info, Cancellation));

    private async Task<Guid> RetryAsync(Guid jobId)
    {
        using var response = await PostAsync($"/v1/jobs/{jobId}/retry");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("jobId").GetGuid();
    }

    private async Task<string?> StatusAsync(Guid videoId) => (await GetAsync($"/v1/videos/{videoId}")).GetProperty("status").GetString();

    private Task<HttpResponseMessage> PostAsync(string path) => _user.Client.PostAsync(path, null, Cancellation);

    private Task<JsonElement> GetAsync(string path) => _user.Client.GetFromJsonAsync<JsonElement>(path, Cancellation);
}
