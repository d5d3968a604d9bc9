using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Queues;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Requests that create something, sent again with the key of the first.</summary>
public sealed class IdempotencyTests(ApiFixture fixture, RecordedApi recorded) : UploadTest(fixture, recorded)
{
    private const string Key = "Idempotency-Key";
    private const string Replayed = "Idempotency-Replayed";

    [Fact]
    public async Task An_upload_sent_again_gets_the_same_answer_and_leaves_nothing()
    {
        using var first = await UploadAsync("key-1");
        var callsAfter = Recorded.Store.Calls.Count;

        using var second = await UploadAsync("key-1");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await TextAsync(first), await TextAsync(second));
        Assert.False(first.Headers.Contains(Replayed));
        Assert.Equal(["true"], second.Headers.GetValues(Replayed));
        Assert.Equal(callsAfter, Recorded.Store.Calls.Count);
        Assert.Equal(1, await CountVideosAsync());
        AssertSpoolIsEmpty();
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("other title")]
    [InlineData("other name")]
    [InlineData("other wish")]
    public async Task The_key_of_another_upload_is_refused(string what)
    {
        using var first = await UploadAsync("key-1");

        using var second = await UploadAsync("key-1", what switch
        {
            "other bytes" => new UploadBody().File(UploadBody.Mp4(5000)),
            "other title" => new UploadBody().File(UploadBody.Mp4()).Field("title", "Another"),
            "other name" => new UploadBody().File(UploadBody.Mp4(), "other.mp4"),
            _ => new UploadBody().File(UploadBody.Mp4()).Field("transcode", "true"),
        });

        Assert.Equal([Key], (await second.ShouldBeInvalidAsync()).Keys);
        Assert.False(second.Headers.Contains(Replayed));
        Assert.Equal(1, await CountVideosAsync());
        AssertSpoolIsEmpty();
    }

    [Fact]
    public async Task A_key_is_of_one_user_and_one_route()
    {
        using var other = await Fixture.CreateUserAsync();
        using var first = await UploadAsync("key-1");
        using var others = await UploadAsync("key-1", client: ApiFixture.CreateClient(Recorded.Api, other));
        using var begun = await new TusClient(Client).BeginAsync(4096, null, [(Key, "key-1")]);

        Assert.All([first, others, begun], answer =>
        {
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.False(answer.Headers.Contains(Replayed));
        });
        Assert.NotEqual(first.Headers.Location, others.Headers.Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("a\u007fb")]
    [InlineData("256")]
    public async Task What_can_be_no_key_is_refused(string key)
    {
        using var answer = await UploadAsync(key == "256" ? new string('k', 256) : key);
        using var longest = await UploadAsync(new string('k', 255));

        Assert.Equal([Key], (await answer.ShouldBeInvalidAsync()).Keys);
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
    }

    [Fact]
    public async Task A_request_that_failed_frees_its_key()
    {
        using var refused = await UploadAsync("key-1", new UploadBody().File("plain text, and no video"u8.ToArray()));
        using var taken = await UploadAsync("key-1");

        await refused.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        Assert.False(taken.Headers.Contains(Replayed));
    }

    [Fact]
    public async Task While_the_first_request_is_under_way_the_second_is_told_so_by_any_process()
    {
        await using var otherApi = await Fixture.StartApiAsync();
        using var otherClient = ApiFixture.CreateClient(otherApi, User);
        await using var hold = await HoldUserAsync();
        var first = UploadAsync("key-1");
        await WaitForClaimAsync("key-1");

        using var second = await UploadAsync("key-1", client: otherClient);
        await hold.DisposeAsync();
        using var created = await first;
        using var third = await UploadAsync("key-1", client: otherClient);

        await second.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(await TextAsync(created), await TextAsync(third));
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task Of_many_at_once_over_two_processes_one_makes_a_video()
    {
        await using var otherApi = await Fixture.StartApiAsync();
        using var otherClient = ApiFixture.CreateClient(otherApi, User);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => UploadAsync("key-1", client: i % 2 == 0 ? Client : otherClient)));

        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Conflict]));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created && !answer.Headers.Contains(Replayed));
        Assert.Single(answers.Where(answer => answer.StatusCode == HttpStatusCode.Created).Select(answer => answer.Headers.Location).Distinct());
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task Who_has_lost_its_key_to_another_request_makes_nothing()
    {
        await using var hold = await HoldUserAsync();
        var first = UploadAsync("key-1");
        await WaitForClaimAsync("key-1");
        var claim = await ClaimAsync("key-1");
        await EndLeaseAsync();
        var second = UploadAsync("key-1");
        await Eventually.TrueAsync(async () => await ClaimAsync("key-1") != claim, () => "The key is not taken over.");

        await hold.DisposeAsync();
        using var lost = await first;
        using var created = await second;

        await lost.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(1, await CountVideosAsync());
    }

    [Theory]
    [InlineData(FailpointName.UploadBeforeCommit, false)]
    [InlineData(FailpointName.UploadAfterCommit, true)]
    public async Task A_process_killed_in_the_midst_makes_one_video_with_the_request_that_follows(string death, bool isMade)
    {
        var log = Path.Combine(Path.GetTempPath(), $"kinora-failpoints-{Guid.CreateVersion7()}.log");
        await using (var victim = await Fixture.StartProcessAsync($"--Kinora:Failpoints:0={death}:kill", $"--Kinora:FailpointLog={log}"))
        {
            using var client = ApiFixture.CreateClient(await victim.AddressAsync(), User);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => UploadAsync("key-1", client: client));
            await victim.Child.Exited;
        }

        Assert.Contains(death, await File.ReadAllTextAsync(log, Cancellation), StringComparison.Ordinal);
        File.Delete(log);
        if (!isMade)
        {
            using var blocked = await UploadAsync("key-1");
            await blocked.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
            await EndLeaseAsync();
        }

        using var answer = await UploadAsync("key-1");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(isMade, answer.Headers.Contains(Replayed));
        Assert.Equal(1, await CountVideosAsync());
    }

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

    [Fact]
    public async Task An_answer_is_kept_for_a_day_and_its_row_goes_then()
    {
        using var first = await UploadAsync("key-1");
        var row = await Fixture.QueryAsync(db => db.IdempotencyKeys.AsNoTracking().SingleAsync(k => k.UserId == User.Id, Cancellation));
        Assert.InRange(row.ExpiresAt - row.CreatedAt, TimeSpan.FromHours(24), TimeSpan.FromHours(24.1));

        await EndLeaseAsync();
        using var later = await UploadAsync("key-1");
        await EndLeaseAsync();
        await Recorded.Api.Services.GetRequiredService<Core.Idempotency.IdempotencyKeys>().RemoveExpiredAsync(Cancellation);

        Assert.False(later.Headers.Contains(Replayed));
        Assert.Equal(2, await CountVideosAsync());
        Assert.Equal(0, await Fixture.QueryAsync(db => db.IdempotencyKeys.CountAsync(k => k.UserId == User.Id, Cancellation)));
    }

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancellation);

    private async Task<HttpResponseMessage> UploadAsync(string key, UploadBody? body = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = (body ?? new UploadBody().File(UploadBody.Mp4())).ToContent() };
        Assert.True(request.Headers.TryAddWithoutValidation(Key, key));
        return await (client ?? Client).SendAsync(request, Cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string key, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add(Key, key);
        return await Client.SendAsync(request, Cancellation);
    }

    /// <summary>Whoever makes something for the user waits until this is disposed of.</summary>
    private async Task<IAsyncDisposable> HoldUserAsync()
    {
        var connection = new NpgsqlConnection(Fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand($"SELECT 1 FROM users WHERE id = '{User.Id}' FOR NO KEY UPDATE", connection, transaction);
        await hold.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }

    private Task WaitForClaimAsync(string key) => Eventually.TrueAsync(async () => await ClaimAsync(key) is not null, () => "The key is not taken.");

    private Task<Guid?> ClaimAsync(string key) => Fixture.QueryAsync(db => db.IdempotencyKeys.AsNoTracking()
        .Where(k => k.UserId == User.Id && k.Key == key).Select(k => (Guid?)k.ClaimId).SingleOrDefaultAsync(Cancellation));

    private Task<int> EndLeaseAsync() =>
        Fixture.ExecuteSqlAsync($"UPDATE idempotency_keys SET expires_at = clock_timestamp() - interval '1 second' WHERE user_id = {User.Id}");
}
