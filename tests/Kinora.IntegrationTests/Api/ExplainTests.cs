using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Queues;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>What /explain says of a video in each state that its jobs can stop in; the test plays the worker.</summary>
public sealed class ExplainTests(ApiFixture fixture) : IAsyncLifetime
{
    private ApiUser _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private JobStore Store => fixture.Api.Services.GetRequiredService<JobStore>();

    public async ValueTask InitializeAsync() => _user = await fixture.CreateUserAsync();

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_job_that_waits_says_how_many_of_its_owners_are_before_it()
    {
        using var other = await fixture.CreateUserAsync();
        await PublishedVideo.UploadAsync(other.Client);
        var (first, _) = await PublishedVideo.UploadAsync(_user.Client);
        var (second, jobId) = await PublishedVideo.UploadAsync(_user.Client);

        var one = await ExplainAsync(first, "WAITING_FOR_WORKER");
        var two = await ExplainAsync(second, "WAITING_FOR_WORKER");

        Assert.Contains("None of your other ANALYZE jobs are before it.", Message(one), StringComparison.Ordinal);
        Assert.Contains("One of your ANALYZE jobs is before it.", Message(two), StringComparison.Ordinal);
        Assert.Equal((await GetAsync($"/v1/jobs/{jobId}")).GetProperty("createdAt").GetDateTimeOffset(), two.GetProperty("since").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.Equal(JsonValueKind.Null, two.GetProperty("nextAt").ValueKind);
    }

    [Fact]
    public async Task A_job_that_runs_says_how_far_and_one_that_waits_that_workers_are_there()
    {
        var (running, jobId) = await PublishedVideo.UploadAsync(_user.Client);
        var (waiting, _) = await PublishedVideo.UploadAsync(_user.Client);
        await PublishedVideo.ClaimAsync(fixture.Api, jobId);
        await fixture.ExecuteSqlAsync($"UPDATE jobs SET progress = 42 WHERE id = {jobId}");

        var one = await ExplainAsync(running, "RUNNING");
        var two = await ExplainAsync(waiting, "WAITING_FOR_WORKER");

        Assert.StartsWith("Its analysis: Attempt 1 of 3 is under way and has come to 42 %; the last word was at ", Message(one), StringComparison.Ordinal);
        Assert.Contains("None of your other ANALYZE jobs are before it. Workers are at work on such jobs", Message(two), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Between_two_attempts_it_says_when_the_next_one_comes_and_after_what()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(_user.Client);
        var job = await PublishedVideo.ClaimAsync(fixture.Api, jobId);
        await Store.FailAsync(job, JobErrorCode.Timeout, "It took too long.", TimeSpan.FromMinutes(10), Cancellation);

        var explanation = await ExplainAsync(videoId, "WAITING_FOR_RETRY");

        Assert.Matches(@"^Its analysis: Attempt 2 of 3 follows at [-0-9 ]*\d\d:\d\d:\d\d UTC, after TIMEOUT: It took too long\.$", Message(explanation));
        Assert.Equal((await GetAsync($"/v1/jobs/{jobId}")).GetProperty("nextAttemptAt").GetString(), explanation.GetProperty("nextAt").GetString());
    }

    [Fact]
    public async Task An_outage_of_the_store_is_waited_out_uncharged_and_said_so()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(_user.Client);
        await fixture.ExecuteSqlAsync($"UPDATE jobs SET deferred_since = clock_timestamp() - interval '1 hour', deferrals = 9 WHERE id = {jobId}");
        var job = await PublishedVideo.ClaimAsync(fixture.Api, jobId);
        Assert.True(await Store.DeferAsync(job, JobErrorCode.Storage, "The store is away.", isNewOutage: false, Cancellation));
        await fixture.ExecuteSqlAsync($"UPDATE jobs SET run_after = clock_timestamp() + interval '5 minutes' WHERE id = {jobId}");

        var explanation = await ExplainAsync(videoId, "WAITING_FOR_STORAGE");

        Assert.StartsWith("Its analysis: STORAGE: The store is away. Attempt 1 of 3 follows at ", Message(explanation), StringComparison.Ordinal);
        var wait = explanation.GetProperty("nextAt").GetDateTimeOffset() - explanation.GetProperty("since").GetDateTimeOffset();
        Assert.InRange(wait, TimeSpan.FromMinutes(64), TimeSpan.FromMinutes(66));
        Assert.Equal(0, (await GetAsync($"/v1/jobs/{jobId}")).GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task A_worker_that_does_not_answer_is_lost_before_it_is_reaped()
    {
        var (videoId, jobId) = await PublishedVideo.UploadAsync(_user.Client);
        await PublishedVideo.ClaimAsync(fixture.Api, jobId);

        // Whoever reaps waits behind the second lock, which was asked for before the lease's end could be seen.
        await using var first = await OpenAsync();
        await using var change = await first.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(first, $"UPDATE jobs SET lease_until = clock_timestamp() - interval '1 minute' WHERE id = '{jobId}'");
        await using var second = await OpenAsync();
        await using var hold = await second.BeginTransactionAsync(Cancellation);
        var locking = ExecuteAsync(second, $"SELECT 1 FROM jobs WHERE id = '{jobId}' FOR UPDATE");
        await Eventually.TrueAsync(() => IsWaitingAsync(second.ProcessID), () => "The second lock was not asked for.");
        await change.CommitAsync(Cancellation);
        await locking;

        var explanation = await ExplainAsync(videoId, "WORKER_LOST");

        Assert.Contains("attempt 1 of 3 does not answer any more", Message(explanation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_says_whether_it_was_the_analysis_or_the_encoding_and_what_to_do()
    {
        var (damaged, analyze) = await PublishedVideo.UploadAsync(_user.Client);
        await FailAsync(analyze, JobErrorCode.Corrupt);
        var (encoded, _, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, _user.Client);
        var hls = await PublishedVideo.RequestHlsAsync(_user.Client, encoded);
        await fixture.ExecuteSqlAsync($"UPDATE jobs SET max_attempts = 1 WHERE id = {hls}");
        await FailAsync(hls, JobErrorCode.Internal);

        var analysis = await ExplainAsync(damaged, "FAILED");
        var encoding = await ExplainAsync(encoded, "FAILED");

        Assert.Equal("Its analysis: It failed at attempt 1 of 3 with CORRUPT: It is so. It is the file: upload another one.", Message(analysis));
        Assert.StartsWith("Its encoding: It failed at attempt 1 of 1 with INTERNAL: It is so. ", Message(encoding), StringComparison.Ordinal);
        Assert.Contains($"POST /v1/jobs/{hls}/retry", Message(encoding), StringComparison.Ordinal);
        Assert.Equal(["FAILED", "WAITING_FOR_WORKER", "SUCCEEDED"], encoding.GetProperty("jobs").EnumerateArray().Select(Code));
    }

    [Fact]
    public async Task From_not_requested_over_canceled_to_ready_and_being_encoded_anew()
    {
        var (videoId, _, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, _user.Client);
        Assert.Contains($"POST /v1/videos/{videoId}/transcodes", Message(await ExplainAsync(videoId, "NOT_REQUESTED")), StringComparison.Ordinal);
        var hls = await PublishedVideo.RequestHlsAsync(_user.Client, videoId);
        using var canceled = await _user.Client.PostAsync($"/v1/jobs/{hls}/cancel", null, Cancellation);
        Assert.Contains($"POST /v1/jobs/{hls}/retry", Message(await ExplainAsync(videoId, "CANCELED")), StringComparison.Ordinal);

        var video = await PublishedVideo.CreateAsync(fixture.Api, _user.Client);
        Assert.Equal("The video can be played.", Message(await ExplainAsync(video.Id, "READY")));
        var anew = await PublishedVideo.RequestHlsAsync(_user.Client, video.Id, new { force = true });
        Assert.Contains("It is being encoded anew", Message(await ExplainAsync(video.Id, "READY")), StringComparison.Ordinal);
        await FailAsync(anew, JobErrorCode.Corrupt);
        Assert.Contains("before stays; the last encoding: It failed", Message(await ExplainAsync(video.Id, "READY")), StringComparison.Ordinal);
    }

    private async Task FailAsync(Guid jobId, JobErrorCode code) => Assert.Equal(
        JobStatus.Failed,
        await Store.FailAsync(await PublishedVideo.ClaimAsync(fixture.Api, jobId), code, "It is so.", TimeSpan.Zero, Cancellation));

    private async Task<JsonElement> ExplainAsync(Guid videoId, string code)
    {
        var explanation = await GetAsync($"/v1/videos/{videoId}/explain");
        Assert.Equal(code, Code(explanation));
        return explanation;
    }

    private static string? Code(JsonElement explanation) => explanation.GetProperty("code").GetString();

    private static string Message(JsonElement explanation) => explanation.GetProperty("message").GetString()!;

    private Task<JsonElement> GetAsync(string path) => _user.Client.GetFromJsonAsync<JsonElement>(path, Cancellation);

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<bool> IsWaitingAsync(int processId)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {processId}", connection);
        return await command.ExecuteScalarAsync(Cancellation) is true;
    }
}
