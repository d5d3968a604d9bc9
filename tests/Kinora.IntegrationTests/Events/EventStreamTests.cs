using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Events;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Events;

/// <summary>Streams and lists of events, over changes that are made by hand.</summary>
public sealed class EventStreamTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_drops_fifty_times_misses_nothing_and_gets_nothing_twice()
    {
        const int Drops = 50;
        const int Videos = 4;

        // Of a client that is gone an API learns a moment later.
        await using var api = await fixture.StartApiAsync($"--Kinora:Events:MaxStreamsPerUser={2 * Drops}");
        using var known = await fixture.CreateUserAsync();
        using var user = known with { Client = ApiFixture.CreateClient(api, known) };
        var videos = new List<Guid>();
        for (var i = 0; i < Videos; i++)
        {
            videos.Add(await UploadAsync(user));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = Task.WhenAll(videos.Select(id => RenameUntilAsync(user, id, stop.Token)));
        var (all, ofOne) = (await DropAsync(user, "/v1/events", 0, Drops), await DropAsync(user, $"/v1/videos/{videos[0]}/events", 0, Drops));
        await stop.CancelAsync();
        await writing;

        var last = all[^1].Id!.Value;
        Assert.Equal(await ListAsync(user, "/v1/events", last), all.Select(m => m.Id!.Value));
        Assert.Equal(Enumerable.Range(1, ofOne.Count).Select(i => (long)i), ofOne.Select(m => m.Sequence));
        foreach (var video in all.GroupBy(m => m.Data.Text("videoId")))
        {
            Assert.Equal(Enumerable.Range(1, video.Count()).Select(i => (long)i), video.Select(m => m.Sequence));
        }
    }

    [Fact]
    public async Task A_stream_of_all_begins_now_and_knows_only_its_users_videos()
    {
        using var user = await fixture.CreateUserAsync();
        using var other = await fixture.CreateUserAsync();
        var (mine, theirs) = (await UploadAsync(user), await UploadAsync(other));
        await using var messages = user.Client.FollowAsync("/v1/events", cancellation: Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("open", messages.Current.Name);

        await RenameAsync(other, theirs, "not told");
        await RenameAsync(user, mine, "told");

        Assert.True(await messages.MoveNextAsync());
        Assert.Equal(("video.renamed", $"{mine}"), (messages.Current.Type, messages.Current.Data.Text("videoId")));
        Assert.True(messages.Current.Id > 0);
    }

    [Fact]
    public async Task A_list_waits_for_the_first_event()
    {
        using var user = await fixture.CreateUserAsync();
        var videoId = await UploadAsync(user);
        var seen = await LastAsync(user, videoId);

        var waiting = user.Client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videoId}/events?after={seen}&wait=60", Cancellation);
        await Eventually.TrueAsync(() => fixture.Api.Services.GetRequiredService<EventStreams>().Owners.Contains(user.Id), () => "Nobody waits.");
        Assert.False(waiting.IsCompleted);
        await RenameAsync(user, videoId, "new");

        var answer = await waiting;
        Assert.Equal("video.renamed", Assert.Single(answer.GetProperty("items").EnumerateArray()).Text("type"));
        Assert.Equal(seen + 1, answer.GetProperty("next").GetInt64());
    }

    [Fact]
    public async Task A_list_for_which_nothing_comes_is_empty_and_goes_on_from_where_it_was()
    {
        using var user = await fixture.CreateUserAsync();
        var videoId = await UploadAsync(user);
        var seen = await LastAsync(user, videoId);

        var answer = await user.Client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videoId}/events?after={seen}&wait=1", Cancellation);

        Assert.Empty(answer.GetProperty("items").EnumerateArray());
        Assert.Equal(seen, answer.GetProperty("next").GetInt64());
    }

    [Fact]
    public async Task A_page_is_as_long_as_it_was_asked_for()
    {
        using var user = await fixture.CreateUserAsync();
        var videoId = await UploadAsync(user);
        await RenameAsync(user, videoId, "once");
        await LastAsync(user, videoId);

        var first = await user.Client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videoId}/events?limit=1", Cancellation);
        var second = await user.Client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videoId}/events?limit=1&after={first.GetProperty("next")}", Cancellation);

        Assert.Equal("video.created", Assert.Single(first.GetProperty("items").EnumerateArray()).Text("type"));
        Assert.Equal(2, Assert.Single(second.GetProperty("items").EnumerateArray()).GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task A_stream_ends_with_its_token()
    {
        using var user = await fixture.CreateUserAsync();
        var ends = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3;
        var token = HandmadeToken.Sign(HandmadeToken.Header(), HandmadeToken.With(HandmadeToken.Payload(user.Id), "exp", ends));
        user.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var messages = new List<StreamMessage>();
        await foreach (var message in user.Client.FollowAsync("/v1/events", cancellation: Cancellation))
        {
            messages.Add(message);
        }

        Assert.Equal("open", Assert.Single(messages).Name);
    }

    [Fact]
    public async Task A_stream_ends_when_its_process_stops()
    {
        var api = await fixture.StartApiAsync();
        try
        {
            using var user = await fixture.CreateUserAsync();
            using var client = ApiFixture.CreateClient(api, user);
            await using var messages = client.FollowAsync("/v1/events", cancellation: Cancellation).GetAsyncEnumerator(Cancellation);
            Assert.True(await messages.MoveNextAsync());
            var next = messages.MoveNextAsync().AsTask();

            await api.DisposeAsync();

            Assert.False(await next);
        }
        finally
        {
            await api.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nobody_follows_in_more_places_than_a_user_may()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Events:MaxStreamsPerUser=2");
        using var user = await fixture.CreateUserAsync();
        using var client = ApiFixture.CreateClient(api, user);
        var first = await OpenAsync(client);
        using var second = await OpenAsync(client);

        using (var third = await OpenAsync(client))
        {
            await third.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
            Assert.NotNull(third.Headers.RetryAfter);
        }

        first.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await OpenAsync(client);
                return again.StatusCode == HttpStatusCode.OK;
            },
            () => "The place of a client that has left stays taken.");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    public async Task An_id_that_is_none_is_refused(string id)
    {
        using var user = await fixture.CreateUserAsync();
        using var request = EventReader.Request("/v1/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", id);

        using var answer = await user.Client.SendAsync(request, Cancellation);

        Assert.Contains("Last-Event-ID", (await answer.ShouldBeInvalidAsync()).Keys);
    }

    [Fact]
    public async Task Events_are_told_after_the_connection_that_hears_of_them_was_cut()
    {
        using var user = await fixture.CreateUserAsync();
        var videoId = await UploadAsync(user);
        await using var messages = user.Client.FollowAsync("/v1/events", cancellation: Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await messages.MoveNextAsync());

        await fixture.ExecuteSqlAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN kinora_events%'");
        await RenameAsync(user, videoId, "told");

        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("video.renamed", messages.Current.Type);
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client) =>
        client.SendAsync(EventReader.Request("/v1/events"), HttpCompletionOption.ResponseHeadersRead, Cancellation);

    /// <summary>Follows for a few events at a time, in the midst of which it leaves.</summary>
    private static async Task<List<StreamMessage>> DropAsync(ApiUser user, string path, long after, int drops)
    {
        var all = new List<StreamMessage>();
        for (var i = 0; i <= drops; i++)
        {
            var (most, seen) = (Random.Shared.Next(0, 6), 0);
            await foreach (var message in user.Client.FollowAsync(path, after, Cancellation))
            {
                if (message.IsEvent)
                {
                    all.Add(message);
                    seen++;
                }

                after = message.Id ?? after;
                if (seen >= most)
                {
                    break;
                }
            }
        }

        return all;
    }

    private static async Task RenameUntilAsync(ApiUser user, Guid videoId, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await RenameAsync(user, videoId, $"title {i}");
        }
    }

    private static async Task RenameAsync(ApiUser user, Guid videoId, string title)
    {
        using var answer = await user.Client.PatchAsJsonAsync($"/v1/videos/{videoId}", new { title }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>The positions of all events up to one.</summary>
    private static async Task<List<long>> ListAsync(ApiUser user, string path, long last)
    {
        var positions = new List<long>();
        for (var after = 0L; after < last;)
        {
            var page = await user.Client.GetFromJsonAsync<JsonElement>($"{path}?after={after}", Cancellation);
            positions.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("position").GetInt64()));
            after = page.GetProperty("next").GetInt64();
        }

        return [.. positions.Where(p => p <= last)];
    }

    /// <summary>The number of the newest event, once all that has happened has one.</summary>
    private async Task<long> LastAsync(ApiUser user, Guid videoId)
    {
        await Eventually.TrueAsync(
            () => fixture.QueryAsync(db => db.Events.AllAsync(e => e.VideoId != videoId || e.Position != null, Cancellation)),
            () => "Events have no numbers.");
        var page = await user.Client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videoId}/events", Cancellation);
        return page.GetProperty("next").GetInt64();
    }

    private static async Task<Guid> UploadAsync(ApiUser user)
    {
        using var body = new UploadBody().File(UploadBody.Mp4()).ToContent();
        using var answer = await user.Client.PostAsync("/v1/videos", body, Cancellation);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("videoId").GetGuid();
    }
}
