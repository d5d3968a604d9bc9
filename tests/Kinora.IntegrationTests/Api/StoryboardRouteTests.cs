using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>The storyboard's text and sprites: by the link, for the owner, and nothing else under their names.</summary>
public sealed class StoryboardRouteTests(PlayableVideos videos) : IClassFixture<PlayableVideos>, IDisposable
{
    private readonly HttpClient _anonymous = ApiFixture.CreateClient(videos.Api);
    private readonly HttpClient _owner = ApiFixture.CreateClient(videos.Api, videos.Owner);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => $"/v1/videos/{videos.Video.Id}";

    public void Dispose()
    {
        _anonymous.Dispose();
        _owner.Dispose();
    }

    [Fact]
    public async Task The_storyboard_leads_to_its_sprites_by_the_link_and_for_the_owner()
    {
        var links = await _owner.GetFromJsonAsync<JsonElement>($"{Root}/playback", Cancellation);
        var signed = new Uri(links.GetProperty("storyboardUrl").GetString()!);
        var owned = new Uri(_owner.BaseAddress!, $"{Root}/storyboard.vtt");

        foreach (var (client, uri, caching) in new[] { (_anonymous, signed, "public"), (_owner, owned, "private") })
        {
            using var text = await client.GetAsync(uri, Cancellation);
            using var sprite = await client.GetAsync(new Uri(uri, PublishedVideo.Sprite), Cancellation);

            Assert.Equal("text/vtt", text.Content.Headers.ContentType?.ToString());
            Assert.Equal($"{caching}, no-cache", string.Join(", ", text.Headers.NonValidated["Cache-Control"]));
            Assert.Equal(videos.Video[StoryboardNames.Text], await text.Content.ReadAsByteArrayAsync(Cancellation));
            Assert.Equal("image/jpeg", sprite.Content.Headers.ContentType?.ToString());
            Assert.Equal($"{caching}, max-age=31536000, immutable", string.Join(", ", sprite.Headers.NonValidated["Cache-Control"]));
            Assert.Equal(videos.Video[PublishedVideo.Sprite], await sprite.Content.ReadAsByteArrayAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_storyboard_that_is_made_again_leaves_the_sprites_of_the_one_before_for_a_while()
    {
        const string newSprite = "storyboard-2-0.jpg";
        var video = await PublishedVideo.CreateAsync(videos.Api, _owner);
        var before = new Uri(_anonymous.BaseAddress!, $"/v1/videos/{video.Id}/storyboard/{videos.Sign(video.Id)}/{PublishedVideo.Sprite}");
        var again = video with
        {
            Files = new Dictionary<string, byte[]>
            {
                [PlaybackService.ThumbnailName] = [0xff, 0xd8, 0xff, 1],
                [newSprite] = [0xff, 0xd8, 0xff, 2],
                [StoryboardNames.Text] = "WEBVTT\n"u8.ToArray(),
            },
        };
        await PublishPicturesAsync(again);

        Assert.Equal(video[PublishedVideo.Sprite], await _anonymous.GetByteArrayAsync(before, Cancellation));
        Assert.Equal(again[newSprite], await _anonymous.GetByteArrayAsync(new Uri(before, newSprite), Cancellation));
        Assert.Equal(again[StoryboardNames.Text], await _anonymous.GetByteArrayAsync(new Uri(before, StoryboardNames.Text), Cancellation));
        Assert.Equal(again["thumbnail.jpg"], await _owner.GetByteArrayAsync($"/v1/videos/{video.Id}/thumbnail", Cancellation));
    }

    [Fact]
    public async Task A_video_may_have_a_thumbnail_and_no_storyboard()
    {
        var video = await PublishedVideo.CreateAsync(videos.Api, _owner);
        await PublishPicturesAsync(video with { Files = new Dictionary<string, byte[]> { [PlaybackService.ThumbnailName] = [0xff, 0xd8, 0xff] } });

        var links = await _owner.GetFromJsonAsync<JsonElement>($"/v1/videos/{video.Id}/playback", Cancellation);

        Assert.Equal(JsonValueKind.String, links.GetProperty("thumbnailUrl").ValueKind);
        Assert.Equal(JsonValueKind.Null, links.GetProperty("storyboardUrl").ValueKind);
    }

    [Theory]
    [InlineData("thumbnail.jpg")]
    [InlineData("master.m3u8")]
    [InlineData("storyboard-2-0.jpg")]
    [InlineData("storyboard-1-0.JPG")]
    [InlineData("storyboard-1-0.jpg%20")]
    [InlineData("..%2fstoryboard.vtt")]
    [InlineData("storyboard-..%2f..%2fsource.jpg")]
    public async Task Under_the_storyboard_is_nothing_but_the_storyboard(string name)
    {
        var before = videos.Recorded.Store.Calls.Count;

        using var response = await _anonymous.GetAsync($"{Root}/storyboard/{videos.Sign(videos.Video.Id)}/{name}", Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(before, videos.Recorded.Store.Calls.Count);
    }

    /// <summary>As a repair makes them anew.</summary>
    private async Task PublishPicturesAsync(PublishedVideo video)
    {
        Guid jobId;
        await using (var connection = await videos.Api.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            jobId = await SubmitJob.RunAsync(connection, video.Id, JobType.Thumbnail, "{}", 3, null, Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        await video.PublishAgainAsync(videos.Api, jobId, isThumbnail: true);
    }
}
