using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Queues;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>What else creates something: transcodes, retries, resumable uploads.</summary>
public sealed class IdempotentRoutesTests(ApiFixture fixture, RecordedApi recorded) : IdempotencyTest(fixture, recorded)
{
    [Fact]
    public async Task A_transcode_and_a_retry_sent_again_get_the_same_job()
    {
        var (videoId, _, _) = await PublishedVideo.AnalyzeAsync(Recorded.Api, Client);
        var (otherVideoId, _, _) = await PublishedVideo.AnalyzeAsync(Recorded.Api, Client);
        using var first = await SendAsync($"/v1/videos/{videoId}/transcodes", "key-1", new { force = true });
        var jobId = (await first.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("hlsJobId").GetGuid();
        await Client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);

        using var second = await SendAsync($"/v1/videos/{videoId}/transcodes", "key-1", new { force = true });
        using var otherBody = await SendAsync($"/v1/videos/{videoId}/transcodes", "key-1", new { force = false });
        using var otherVideo = await SendAsync($"/v1/videos/{otherVideoId}/transcodes", "key-1", new { force = true });
        using var retried = await SendAsync($"/v1/jobs/{jobId}/retry", "key-1");
        using var again = await SendAsync($"/v1/jobs/{jobId}/retry", "key-1");
        using var withoutKey = await Client.PostAsync($"/v1/jobs/{jobId}/retry", null, Cancellation);

        Assert.Equal((HttpStatusCode.Accepted, await TextAsync(first)), (second.StatusCode, await TextAsync(second)));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(["true"], second.Headers.GetValues(Replayed));
        Assert.Equal([Key], (await otherBody.ShouldBeInvalidAsync()).Keys);
        Assert.Equal([Key], (await otherVideo.ShouldBeInvalidAsync()).Keys);
        Assert.Equal((HttpStatusCode.Accepted, await TextAsync(retried)), (again.StatusCode, await TextAsync(again)));
        Assert.Equal(["true"], again.Headers.GetValues(Replayed));
        await withoutKey.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(2, await Fixture.QueryAsync(db => db.Jobs.CountAsync(j => j.VideoId == videoId && j.Type == JobType.Hls, Cancellation)));
    }

    [Fact]
    public async Task A_resumable_upload_begun_again_is_the_one_that_was_begun_at_its_offset()
    {
        var tus = new TusClient(Client);
        var bytes = UploadBody.Mp4(4096);
        using var first = await tus.BeginAsync(bytes.Length, bytes[..1000], [(Key, "key-1")]);
        using var second = await tus.BeginAsync(bytes.Length, bytes[..1000], [(Key, "key-1")]);
        using var other = await tus.BeginAsync(bytes.Length + 1, null, [(Key, "key-1")]);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(1000, TusClient.OffsetOf(second));
        Assert.Equal(["true"], second.Headers.GetValues(Replayed));
        Assert.Equal([Key], (await other.ShouldBeInvalidAsync()).Keys);
        using var ended = await tus.PatchAsync(second.Headers.Location!, 1000, bytes[1000..]);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task A_resumable_upload_whose_beginning_is_cut_is_found_again_by_its_key()
    {
        var tus = new TusClient(Client);
        var bytes = UploadBody.Mp4(4096);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sent = new StallingStream(bytes, 2000);
        var content = new StreamContent(sent) { Headers = { ContentType = new(TusClient.ContentType) } };
        var cut = tus.SendAsync("POST", new Uri("/v1/uploads", UriKind.Relative), [("Upload-Length", "4096"), (Key, "key-1")], content, gone.Token);
        await sent.Stalled.WaitAsync(Eventually.Timeout, Cancellation);
        await Eventually.TrueAsync(
            () => Fixture.QueryAsync(db => db.IdempotencyKeys.AnyAsync(k => k.UserId == User.Id && k.ResourceIds != null, Cancellation)),
            () => "The upload is not begun.");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cut);

        using var again = await tus.BeginAsync(4096, null, [(Key, "key-1")]);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(["true"], again.Headers.GetValues(Replayed));
        var offset = (int)TusClient.OffsetOf(again);
        using var ended = await tus.PatchAsync(again.Headers.Location!, offset, bytes[offset..]);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task A_resumable_upload_whose_first_bytes_are_refused_frees_its_key()
    {
        var tus = new TusClient(Client);
        using var refused = await tus.BeginAsync(4096, new byte[4096], [(Key, "key-1")]);
        using var begun = await tus.BeginAsync(4096, UploadBody.Mp4(), [(Key, "key-1")]);

        await refused.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
        Assert.False(begun.Headers.Contains(Replayed));
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string key, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add(Key, key);
        return await Client.SendAsync(request, Cancellation);
    }
}
