using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Api;

/// <summary>The player in pages of others, and how these find it (oEmbed 1.0).</summary>
public sealed class EmbedTests(PlayableVideos videos) : IClassFixture<PlayableVideos>, IDisposable
{
    private readonly HttpClient _anonymous = ApiFixture.CreateClient(videos.Api);
    private readonly HttpClient _owner = ApiFixture.CreateClient(videos.Api, videos.Owner);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _anonymous.Dispose();
        _owner.Dispose();
    }

    [Fact]
    public async Task The_page_of_the_playback_answer_may_stand_in_any_frame_and_tells_what_to_embed()
    {
        var page = await EmbedUrlAsync();

        using var answer = await _anonymous.GetAsync(page, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("frame-ancestors *", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.False(answer.Headers.Contains("X-Frame-Options"));
        Assert.Equal("cross-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        var link = Assert.Single(answer.Headers.GetValues("Link"));
        Assert.EndsWith(">; rel=\"alternate\"; type=\"application/json+oembed\"", link);
        var found = await _anonymous.GetFromJsonAsync<JsonElement>(new Uri(link[1..link.IndexOf('>', StringComparison.Ordinal)]), Cancellation);
        Assert.Contains($"src=\"{page}\"", found.Text("html"));
    }

    [Fact]
    public async Task OEmbed_answers_a_player_as_large_as_is_allowed_with_its_title_escaped()
    {
        using var renamed = await _owner.PatchAsJsonAsync($"/v1/videos/{videos.Video.Id}", new { title = "A \"walk\" <b>&" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        var page = await EmbedUrlAsync();

        var whole = await _anonymous.GetFromJsonAsync<JsonElement>(OEmbed(page.ToString()), Cancellation);
        var small = await _anonymous.GetFromJsonAsync<JsonElement>($"{OEmbed(page.ToString())}&maxwidth=320&maxheight=90&format=json", Cancellation);

        Assert.Equal(("1.0", "video", "A \"walk\" <b>&"), (whole.Text("version"), whole.Text("type"), whole.Text("title")));
        Assert.Contains("title=\"A &quot;walk&quot; &lt;b&gt;&amp;\"", whole.Text("html"));
        Assert.InRange(small.GetProperty("width").GetInt32(), 1, 320);
        Assert.InRange(small.GetProperty("height").GetInt32(), 1, 90);
        Assert.Contains($"width=\"{small.GetProperty("width").GetInt32()}\"", small.Text("html"));
        using var thumbnail = await _anonymous.GetAsync(new Uri(whole.Text("thumbnail_url")!), Cancellation);
        Assert.Equal("image/jpeg", thumbnail.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Nothing_is_told_without_a_signature_that_is_good_for_the_video()
    {
        var page = await EmbedUrlAsync();
        var own = videos.Sign(videos.Video.Id);
        var origin = page.GetLeftPart(UriPartial.Authority);
        (string Url, HttpStatusCode Status, string Code)[] cases =
        [
            ($"{origin}/embed/{videos.Video.Id}/~forged", HttpStatusCode.Unauthorized, "UNAUTHORIZED"),
            ($"{origin}/embed/{videos.Video.Id}/{videos.Sign(videos.Video.Id, TimeSpan.FromSeconds(-5))}", HttpStatusCode.Unauthorized, "UNAUTHORIZED"),
            ($"{origin}/embed/{videos.StrangersVideo.Id}/{own}", HttpStatusCode.Forbidden, "FORBIDDEN"),
            ($"{origin}/embed/{videos.Video.Id}/{own}/more", HttpStatusCode.NotFound, "NOT_FOUND"),
            ($"{origin}/v1/videos/{videos.Video.Id}/hls/{own}/master.m3u8", HttpStatusCode.NotFound, "NOT_FOUND"),
            ($"https://elsewhere.example/embed/{videos.Video.Id}/{own}", HttpStatusCode.NotFound, "NOT_FOUND"),
            ($"{origin}.elsewhere.example/embed/{videos.Video.Id}/{own}", HttpStatusCode.NotFound, "NOT_FOUND"),
        ];
        foreach (var (url, status, code) in cases)
        {
            using var refused = await _anonymous.GetAsync(OEmbed(url), Cancellation);
            await refused.ShouldBeErrorAsync(status, code);
        }

        foreach (var query in (string[])["", $"{OEmbed(page.ToString())[7..]}&format=xml", $"{OEmbed(page.ToString())[7..]}&maxwidth=0"])
        {
            using var refused = await _anonymous.GetAsync($"/oembed{query}", Cancellation);
            await refused.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }
    }

    private static string OEmbed(string url) => $"/oembed?url={Uri.EscapeDataString(url)}";

    private async Task<Uri> EmbedUrlAsync() => new(
        (await _owner.GetFromJsonAsync<JsonElement>($"/v1/videos/{videos.Video.Id}/playback", Cancellation)).Text("embedUrl")!);
}
