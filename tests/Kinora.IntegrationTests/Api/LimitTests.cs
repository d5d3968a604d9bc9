using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api;

/// <summary>What one user, and all together, may ask for; the test plays the worker.</summary>
public sealed class LimitTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_twenty_uploads_at_once_as_many_get_in_as_the_user_may_have_jobs()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobsPerUser=7");

        var answers = await api.AtOnceAsync(20, _ => api.UploadAsync());

        Assert.Equal(7, await answers.CountAsync(HttpStatusCode.Created, HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS"));
        Assert.Equal(7, await CountLiveAsync(api));
        await AssertOnlyVideosAreLeftAsync(api, 7);
    }

    [Fact]
    public async Task Of_twenty_uploads_at_once_as_many_get_in_as_there_are_bytes_for()
    {
        await using var api = await LimitedApi.StartAsync(fixture, $"MaxBytesPerUser={(5 * 4096) + 4095}");

        var answers = await api.AtOnceAsync(20, _ => api.UploadAsync());

        Assert.Equal(5, await answers.CountAsync(HttpStatusCode.Created, HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE"));
        Assert.Equal(5 * 4096, await fixture.QueryAsync(db => db.Videos.Where(v => v.OwnerId == api.User.Id).SumAsync(v => v.SizeBytes, Cancellation)));
        await AssertOnlyVideosAreLeftAsync(api, 5);
    }

    [Fact]
    public async Task Of_twenty_transcodes_at_once_as_many_get_in_as_the_user_may_have_jobs_and_these_go_on_answering()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobsPerUser=26");
        var videos = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            videos.Add((await PublishedVideo.AnalyzeAsync(api.Api, api.Client)).VideoId);
        }

        var answers = await api.AtOnceAsync(20, i => api.PostAsync($"/v1/videos/{videos[i]}/transcodes"));

        var taken = Enumerable.Range(0, 20).Where(i => answers[i].IsSuccessStatusCode).ToArray();
        var jobIds = await Task.WhenAll(taken.Select(async i => await answers[i].Content.ReadFromJsonAsync<JsonElement>(Cancellation)));
        Assert.Equal(6, await answers.CountAsync(HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS"));
        Assert.Equal(26, await CountLiveAsync(api));
        Assert.Equal(jobIds[0].GetProperty("hlsJobId").GetGuid(), await PublishedVideo.RequestHlsAsync(api.Client, videos[taken[0]]));
        using var other = await api.PostAsync($"/v1/videos/{videos[taken[0]]}/transcodes", new { renditions = (string[])["240p"] });
        await other.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Of_twenty_retries_at_once_of_other_videos_as_many_get_in_as_the_user_may_have_jobs()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobsPerUser=4");
        var jobs = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            jobs.Add((await PublishedVideo.UploadAsync(api.Client)).JobId);
            using var canceled = await api.PostAsync($"/v1/jobs/{jobs[i]}/cancel");
        }

        var answers = await api.AtOnceAsync(20, i => api.PostAsync($"/v1/jobs/{jobs[i]}/retry"));

        Assert.Equal(4, await answers.CountAsync(HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS"));
        Assert.Equal(4, await CountLiveAsync(api));
    }

    [Fact]
    public async Task What_follows_an_analysis_is_counted_and_not_refused_and_what_is_published_is_found()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobsPerUser=2");
        var video = await PublishedVideo.CreateAsync(api.Api, api.Client);
        var first = await PublishedVideo.AnalyzeAsync(api.Api, api.Client);
        var second = await PublishedVideo.AnalyzeAsync(api.Api, api.Client);

        Assert.Equal(2, await CountLiveAsync(api));
        using var upload = await api.UploadAsync();
        await upload.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        using var forced = await api.PostAsync($"/v1/videos/{video.Id}/transcodes", new { force = true });
        await forced.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.Equal(video.HlsJobId, await PublishedVideo.RequestHlsAsync(api.Client, video.Id));

        using var canceled = await api.PostAsync($"/v1/jobs/{first.ThumbnailJobId}/cancel");
        await PublishedVideo.RequestHlsAsync(api.Client, second.VideoId);
        using var retry = await api.PostAsync($"/v1/jobs/{first.ThumbnailJobId}/retry");
        await retry.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
    }

    [Fact]
    public async Task A_user_at_the_limit_leaves_room_for_others()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobsPerUser=1", "MaxBytesPerUser=5000");
        using var other = await fixture.CreateUserAsync();
        using var otherClient = ApiFixture.CreateClient(api.Api, other);
        await PublishedVideo.UploadAsync(api.Client);

        using var refused = await api.UploadAsync();
        await PublishedVideo.UploadAsync(otherClient);

        await refused.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.DoesNotContain(api.Store.Calls.Skip(2), call => call.StartsWith("put", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Past_the_limit_of_all_users_nothing_new_is_taken_for_the_moment()
    {
        using var other = await fixture.CreateUserAsync();
        await PublishedVideo.UploadAsync(other.Client);
        await using var api = await LimitedApi.StartAsync(fixture, "MaxLiveJobs=1");
        var (videoId, _, thumbnailJobId) = await PublishedVideo.AnalyzeAsync(fixture.Api, api.User.Client);
        using var canceled = await api.PostAsync($"/v1/jobs/{thumbnailJobId}/cancel");

        using var upload = await api.UploadAsync();
        using var transcode = await api.PostAsync($"/v1/videos/{videoId}/transcodes");
        using var retry = await api.PostAsync($"/v1/jobs/{thumbnailJobId}/retry");

        foreach (var refused in (HttpResponseMessage[])[upload, transcode, retry])
        {
            await refused.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
            Assert.Equal(30, refused.Headers.RetryAfter?.Delta?.TotalSeconds);
        }
    }

    [Fact]
    public async Task A_file_that_does_not_fit_is_refused_by_its_declared_length_and_said_why()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxBytesPerUser=100000");
        await PublishedVideo.UploadAsync(api.Client);
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var client = new HttpClient(handler) { BaseAddress = api.Client.BaseAddress };
        using var content = new UnreadBody(100_000 + (64 * 1024));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = content };
        request.Headers.Authorization = api.Client.DefaultRequestHeaders.Authorization;
        request.Headers.ExpectContinue = true;

        using var response = await client.SendAsync(request, Cancellation);

        Assert.Contains("100000 bytes", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await response.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        Assert.False(content.WasRead);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_cut_off_where_the_quota_ends_and_leaves_nothing()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxBytesPerUser=100000");
        using var content = new UploadBody().File(UploadBody.Mp4(100_001)).ToContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await api.Client.SendAsync(request, Cancellation);

        Assert.Contains("100000 bytes", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await response.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        Assert.Empty(api.Store.Calls);
        await AssertOnlyVideosAreLeftAsync(api, 0);
    }

    [Fact]
    public async Task A_file_may_take_all_that_is_left_and_a_deleted_one_gives_it_back()
    {
        await using var api = await LimitedApi.StartAsync(fixture, "MaxBytesPerUser=100000");

        using var whole = await api.UploadAsync(100_000);
        using var refused = await api.UploadAsync();
        using var deleted = await api.Client.DeleteAsync(whole.Headers.Location, Cancellation);
        using var again = await api.UploadAsync(100_000);

        await refused.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created], [whole.StatusCode, again.StatusCode]);
    }

    private Task<int> CountLiveAsync(LimitedApi api) => fixture.QueryAsync(db => db.Database
        .SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM jobs WHERE owner_id = {api.User.Id} AND status IN ('QUEUED', 'RUNNING')")
        .SingleAsync(Cancellation));

    /// <summary>Each upload that was refused left its object to the collector, and nothing else.</summary>
    private async Task AssertOnlyVideosAreLeftAsync(LimitedApi api, int videos)
    {
        Assert.Empty(api.Spooled());
        var owned = await fixture.QueryAsync(db => db.Videos.Where(v => v.OwnerId == api.User.Id).Select(v => v.Id).ToListAsync(Cancellation));
        Assert.Equal(videos, owned.Count);
        var published = owned.Select(ObjectKey.SourcePrefix).ToHashSet();
        foreach (var call in api.Store.Calls.Where(c => c.StartsWith("put ", StringComparison.Ordinal)))
        {
            var prefix = call["put ".Length..(call.LastIndexOf('/') + 1)];
            var state = await fixture.QueryAsync(db => db.StorageIntents.AsNoTracking().Where(i => i.Prefix == prefix).Select(i => (IntentState?)i.State).FirstOrDefaultAsync(Cancellation));
            Assert.Equal(published.Contains(prefix) ? IntentState.Published : IntentState.Doomed, state);
        }
    }

    /// <summary>Says how long it is, and whether somebody asked for it.</summary>
    private sealed class UnreadBody : HttpContent
    {
        public UnreadBody(long length)
        {
            Headers.ContentLength = length;
            Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=kinora-test-boundary");
        }

        public bool WasRead { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            WasRead = true;
            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
