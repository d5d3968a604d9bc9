using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kinora.IntegrationTests.Api;

public sealed class VideoListTests(ApiFixture fixture) : IAsyncLifetime
{
    private ApiUser _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _user = await fixture.CreateUserAsync();

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=1000000000", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor")]
    [InlineData("cursor=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "cursor")]
    [InlineData("status=BROKEN", "status")]
    [InlineData("status=ready", "status")]
    [InlineData("status=1", "status")]
    [InlineData("status=", "status")]
    [InlineData("sort=id;drop%20table%20videos", "sort")]
    [InlineData("owner=00000000-0000-0000-0000-000000000000", "owner")]
    [InlineData("LIMIT=5", "LIMIT")]
    [InlineData("q=a%00b", "query")]
    public async Task A_malformed_query_is_invalid(string query, string path)
    {
        using var response = await _user.Client.GetAsync($"/v1/videos?{query}", Cancellation);

        Assert.Contains(path, await response.ShouldBeInvalidAsync());
    }

    [Fact]
    public async Task A_query_text_of_101_characters_is_invalid()
    {
        using var response = await _user.Client.GetAsync($"/v1/videos?q={new string('x', 101)}", Cancellation);

        Assert.Contains("q", await response.ShouldBeInvalidAsync());
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_user_only_and_as_it_was_given()
    {
        using var stranger = await fixture.CreateUserAsync();
        await PublishedVideo.UploadAsync(_user.Client);
        await PublishedVideo.UploadAsync(_user.Client);
        await PublishedVideo.UploadAsync(stranger.Client);
        var cursor = (await ListAsync("limit=1")).Next!;

        using var foreign = await stranger.Client.GetAsync($"/v1/videos?cursor={cursor}", Cancellation);
        using var altered = await _user.Client.GetAsync($"/v1/videos?cursor={(cursor[0] == 'A' ? 'B' : 'A')}{cursor[1..]}", Cancellation);
        using var cut = await _user.Client.GetAsync($"/v1/videos?cursor={cursor[..^1]}", Cancellation);

        Assert.Contains("cursor", await foreign.ShouldBeInvalidAsync());
        Assert.Contains("cursor", await altered.ShouldBeInvalidAsync());
        Assert.Contains("cursor", await cut.ShouldBeInvalidAsync());
        Assert.Single((await ListAsync($"cursor={cursor}")).Ids);
    }

    [Fact]
    public async Task The_pages_give_each_video_once_the_newest_first_also_while_others_come()
    {
        var uploaded = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            uploaded.Add((await PublishedVideo.UploadAsync(_user.Client)).VideoId);
        }

        var seen = new List<Guid>();
        string? next = null;
        do
        {
            (var ids, next) = await ListAsync(next is null ? "limit=3" : $"limit=3&cursor={next}");
            Assert.InRange(ids.Count, 1, 3);
            seen.AddRange(ids);
            await PublishedVideo.UploadAsync(_user.Client);
        }
        while (next is not null);

        uploaded.Reverse();
        Assert.Equal(uploaded, seen);
        Assert.Null((await ListAsync("limit=100")).Next);
    }

    [Fact]
    public async Task Search_takes_every_character_as_it_is()
    {
        await PublishedVideo.UploadAsync(_user.Client, "plain.mp4", "Plain");
        var percent = (await PublishedVideo.UploadAsync(_user.Client, "b.mp4", "100% cotton")).VideoId;
        var underscore = (await PublishedVideo.UploadAsync(_user.Client, "snake_case.mp4", "S")).VideoId;
        var backslash = (await PublishedVideo.UploadAsync(_user.Client, "d.mp4", @"back\slash")).VideoId;

        Assert.Equal([percent], (await ListAsync("q=%25")).Ids);
        Assert.Equal([percent], (await ListAsync("q=0%25%20COTTON")).Ids);
        Assert.Equal([underscore], (await ListAsync("q=_")).Ids);
        Assert.Equal([underscore], (await ListAsync("q=Snake_C")).Ids);
        Assert.Equal([backslash], (await ListAsync("q=%5C")).Ids);
        Assert.Empty((await ListAsync("q='%20OR%201=1%20--")).Ids);
        Assert.Equal(4, (await ListAsync("q=%20%20")).Ids.Count);
    }

    [Fact]
    public async Task A_status_selects_and_others_videos_never_come()
    {
        using var stranger = await fixture.CreateUserAsync();
        await PublishedVideo.UploadAsync(stranger.Client);
        var (analyzed, _, _) = await PublishedVideo.AnalyzeAsync(fixture.Api, _user.Client);
        var (uploaded, _) = await PublishedVideo.UploadAsync(_user.Client);

        Assert.Equal([uploaded], (await ListAsync("status=UPLOADED")).Ids);
        Assert.Equal([analyzed], (await ListAsync("status=ANALYZED")).Ids);
        Assert.Empty((await ListAsync("status=FAILED")).Ids);
        Assert.Equal([uploaded, analyzed], (await ListAsync("limit=20")).Ids);
        using var deleted = await _user.Client.DeleteAsync($"/v1/videos/{uploaded}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal([analyzed], (await ListAsync("limit=20")).Ids);
    }

    private async Task<(List<Guid> Ids, string? Next)> ListAsync(string query)
    {
        using var response = await _user.Client.GetAsync($"/v1/videos?{query}", Cancellation);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        var page = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return ([.. page.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("id").GetGuid())], page.GetProperty("nextCursor").GetString());
    }
}
