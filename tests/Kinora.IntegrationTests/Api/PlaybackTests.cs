using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Api;

/// <summary>Links to play, their signatures, and who may use them from where.</summary>
public sealed class PlaybackTests(ApiFixture fixture, PlayableVideos videos) : IClassFixture<PlayableVideos>, IDisposable
{
    private const string Origin = "https://player.example";
    private readonly HttpClient _anonymous = ApiFixture.CreateClient(videos.Api);
    private readonly HttpClient _owner = ApiFixture.CreateClient(videos.Api, videos.Owner);
    private readonly HttpClient _stranger = ApiFixture.CreateClient(videos.Api, videos.Stranger);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => $"/v1/videos/{videos.Video.Id}";

    public static TheoryData<int> Positions => [.. Enumerable.Range(0, 56)];

    public void Dispose()
    {
        _anonymous.Dispose();
        _owner.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task The_links_play_without_any_header_and_what_a_playlist_names_inherits_the_signature()
    {
        var links = await _owner.GetFromJsonAsync<JsonElement>($"{Root}/playback", Cancellation);
        var master = new Uri(links.GetProperty("masterUrl").GetString()!);

        Assert.Equal(videos.Api.Address.Authority, master.Authority);
        Assert.True(links.GetProperty("complete").GetBoolean());
        var left = links.GetProperty("expiresAt").GetDateTimeOffset() - TimeProvider.System.GetUtcNow();
        Assert.InRange(left, TimeSpan.FromHours(5.9), TimeSpan.FromHours(6));
        Assert.Equal(videos.Video[PublishedVideo.Master], await _anonymous.GetByteArrayAsync(master, Cancellation));
        var playlist = new Uri(master, "720p/index.m3u8");
        Assert.Equal(videos.Video["720p/index.m3u8"], await _anonymous.GetByteArrayAsync(playlist, Cancellation));
        Assert.Equal(videos.Video[PublishedVideo.Segment], await _anonymous.GetByteArrayAsync(new Uri(playlist, "1.m4s"), Cancellation));
        using var thumbnail = await _anonymous.GetAsync(links.GetProperty("thumbnailUrl").GetString(), Cancellation);
        Assert.Equal("image/jpeg", thumbnail.Content.Headers.ContentType?.ToString());
        Assert.Equal(videos.Video["thumbnail.jpg"], await thumbnail.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("hls/master.m3u8")]
    [InlineData("thumbnail")]
    [InlineData("storyboard.vtt")]
    [InlineData(PublishedVideo.Sprite)]
    public async Task Without_a_signature_only_the_owner_is_let_in(string path)
    {
        using var owner = await _owner.GetAsync($"{Root}/{path}", Cancellation);
        using var stranger = await _stranger.GetAsync($"{Root}/{path}", Cancellation);
        using var nobody = await _anonymous.GetAsync($"{Root}/{path}", Cancellation);
        using var query = await _anonymous.GetAsync($"{Root}/{path}?access_token={videos.Owner.AccessToken}", Cancellation);
        using var signatureInQuery = await _anonymous.GetAsync($"{Root}/{path}?token={videos.Sign(videos.Video.Id)}", Cancellation);

        Assert.Equal(HttpStatusCode.OK, owner.StatusCode);
        await stranger.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await nobody.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await query.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await signatureInQuery.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal("Bearer", nobody.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public async Task A_signature_that_was_altered_anywhere_is_worth_nothing(int position)
    {
        var good = videos.Sign(videos.Video.Id);
        Assert.Equal(56, good.Length);
        var altered = good.ToCharArray();
        altered[position] = altered[position] switch { 'z' => 'A', 'Z' => 'a', '9' => 'b', '-' => '_', '_' => '-', '~' => 'x', var c => (char)(c + 1) };

        using var thumbnail = await _anonymous.GetAsync($"{Root}/thumbnail/{new string(altered)}", Cancellation);
        using var hls = await _anonymous.GetAsync($"{Root}/hls/{new string(altered)}/master.m3u8", Cancellation);

        using var storyboard = await _anonymous.GetAsync($"{Root}/storyboard/{new string(altered)}/storyboard.vtt", Cancellation);

        await thumbnail.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await hls.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await storyboard.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Theory]
    [InlineData("~")]
    [InlineData("~x")]
    [InlineData("~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("~!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("~%C3%A9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("~AAAAAAAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_signature_is_refused(string signature)
    {
        using var response = await _anonymous.GetAsync($"{Root}/hls/{signature}/master.m3u8", Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task An_expired_signature_is_refused_and_may_be_read_why_from_any_origin()
    {
        var signature = videos.Sign(videos.Video.Id, TimeSpan.FromSeconds(-1));

        using var response = await _anonymous.GetAsync($"{Root}/hls/{signature}/master.m3u8", Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Contains("expired", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_signature_is_for_one_video_also_for_that_ones_owner()
    {
        var signature = videos.Sign(videos.StrangersVideo.Id);

        using var hls = await _owner.GetAsync($"{Root}/hls/{signature}/master.m3u8", Cancellation);
        using var thumbnail = await _anonymous.GetAsync($"{Root}/thumbnail/{signature}", Cancellation);

        using var storyboard = await _anonymous.GetAsync($"{Root}/storyboard/{signature}/{PublishedVideo.Sprite}", Cancellation);

        await hls.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await thumbnail.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await storyboard.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task A_signature_is_no_access_token_and_an_access_token_no_signature()
    {
        using var asBearer = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        asBearer.Headers.TryAddWithoutValidation("Authorization", $"Bearer {videos.Sign(videos.Video.Id)}");
        using var me = await _anonymous.SendAsync(asBearer, Cancellation);
        using var hls = await _anonymous.GetAsync($"{Root}/hls/~{videos.Owner.AccessToken}/master.m3u8", Cancellation);

        await me.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await hls.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task No_signature_ever_stands_in_the_log()
    {
        var signatures = new List<string>();
        foreach (var path in (string[])["hls/{0}/master.m3u8", "hls/{0}/nothing", "hls/{0}/..%2fx", "hls/{0}", "thumbnail/{0}", "storyboard/{0}/storyboard.vtt", "nowhere/{0}", "playback?token={0}"])
        {
            var signature = videos.Sign(videos.Video.Id, TimeSpan.FromMinutes(signatures.Count));
            signatures.Add(signature);
            using var response = await _anonymous.GetAsync($"{Root}/{path.Replace("{0}", signature, StringComparison.Ordinal)}", Cancellation);
        }

        videos.Recorded.Store.OnRead = _ => throw new InvalidOperationException("a bug");
        using var failed = await _anonymous.GetAsync($"{Root}/hls/{signatures[^1]}/master.m3u8", Cancellation);
        videos.Recorded.Store.OnRead = content => content;

        await failed.ShouldBeErrorAsync(HttpStatusCode.InternalServerError, "INTERNAL");
        Assert.Contains(videos.Recorded.Log.Lines, line => line.Contains("/v1/videos/{videoId}/hls/{**path}", StringComparison.Ordinal));
        Assert.All(videos.Recorded.Log.Lines, line => Assert.DoesNotContain(signatures, s => line.Contains(s[1..], StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Signed_answers_are_open_to_any_origin_errors_too()
    {
        var root = $"{Root}/hls/{videos.Sign(videos.Video.Id)}";
        videos.Recorded.Store.OnRead = content => content;

        using var found = await GetFromAsync($"{root}/master.m3u8");
        using var missing = await GetFromAsync($"{root}/nothing");
        using var forged = await GetFromAsync($"{Root}/hls/~forged/master.m3u8");
        using var foreign = await GetFromAsync($"{Root}/hls/{videos.Sign(videos.StrangersVideo.Id)}/master.m3u8");
        using var unsatisfiable = await GetFromAsync($"{root}/{PublishedVideo.Segment}", "bytes=9999999-");
        using var thumbnail = await GetFromAsync($"{Root}/thumbnail/{videos.Sign(videos.Video.Id)}");
        using var storyboard = await GetFromAsync($"{Root}/storyboard/{videos.Sign(videos.Video.Id)}/storyboard.vtt");

        Assert.Equal([200, 404, 401, 403, 416, 200, 200], Statuses(found, missing, forged, foreign, unsatisfiable, thumbnail, storyboard));
        Assert.All([found, missing, forged, foreign, unsatisfiable, thumbnail, storyboard], response =>
        {
            Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Equal(["cross-origin"], response.Headers.GetValues("Cross-Origin-Resource-Policy"));
            Assert.Contains("Content-Range", Assert.Single(response.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
        });
    }

    [Fact]
    public async Task A_preflight_for_a_range_is_answered_for_signed_paths_only()
    {
        using var segment = await PreflightAsync($"{Root}/hls/{videos.Sign(videos.Video.Id)}/{PublishedVideo.Segment}");
        using var thumbnail = await PreflightAsync($"{Root}/thumbnail/{videos.Sign(videos.Video.Id)}");
        using var sprite = await PreflightAsync($"{Root}/storyboard/{videos.Sign(videos.Video.Id)}/{PublishedVideo.Sprite}");
        using var owners = await PreflightAsync($"{Root}/hls/master.m3u8");
        using var ownersWithToken = await PreflightAsync($"{Root}/hls/master.m3u8?token=~x");
        using var api = await PreflightAsync(Root);

        Assert.All([segment, thumbnail, sprite], response =>
        {
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Contains("GET", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
            Assert.Contains("Range", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
        });
        Assert.All([owners, ownersWithToken, api], response => Assert.DoesNotContain(
            response.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task There_is_nothing_to_play_before_it_is_published_or_after_the_video_is_gone()
    {
        var (analyzed, _, _) = await PublishedVideo.AnalyzeAsync(videos.Api, _owner);
        using var playback = await _owner.GetAsync($"/v1/videos/{analyzed}/playback", Cancellation);
        using var hls = await _owner.GetAsync($"/v1/videos/{analyzed}/hls/master.m3u8", Cancellation);
        using var thumbnail = await _owner.GetAsync($"/v1/videos/{analyzed}/thumbnail", Cancellation);
        using var storyboard = await _owner.GetAsync($"/v1/videos/{analyzed}/storyboard.vtt", Cancellation);
        using var verification = await _owner.GetAsync($"/v1/videos/{analyzed}/verification", Cancellation);
        var gone = await PublishedVideo.CreateAsync(videos.Api, _owner);
        using var before = await _anonymous.GetAsync($"/v1/videos/{gone.Id}/hls/{videos.Sign(gone.Id)}/master.m3u8", Cancellation);
        using var deleted = await _owner.DeleteAsync($"/v1/videos/{gone.Id}", Cancellation);
        using var after = await _anonymous.GetAsync($"/v1/videos/{gone.Id}/hls/{videos.Sign(gone.Id)}/master.m3u8", Cancellation);
        using var afterByOwner = await _owner.GetAsync($"/v1/videos/{gone.Id}/playback", Cancellation);

        await playback.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        await hls.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await thumbnail.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await storyboard.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await verification.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal([200, 204], Statuses(before, deleted));
        await after.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await afterByOwner.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task The_verification_is_what_was_published()
    {
        using var response = await _owner.GetAsync($"{Root}/verification", Cancellation);

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True((await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData(null, "http")]
    [InlineData("127.0.0.1", "https")]
    [InlineData("10.0.0.0/8", "http")]
    public async Task The_scheme_of_a_proxy_is_believed_only_of_trusted_ones(string? trusted, string scheme)
    {
        await using var api = await fixture.StartApiAsync(trusted is null ? [] : [$"--Kinora:Http:TrustedProxies:0={trusted}"]);
        using var client = ApiFixture.CreateClient(api, videos.Owner);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        var links = await client.GetFromJsonAsync<JsonElement>($"{Root}/playback", Cancellation);

        Assert.StartsWith($"{scheme}://{api.Address.Authority}/v1/", links.GetProperty("masterUrl").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://video.example")]
    [InlineData("https://video.example/")]
    [InlineData("http://video.example:8080/kinora")]
    public async Task A_public_address_stands_in_the_links(string address)
    {
        await using var api = await fixture.StartApiAsync($"--Kinora:Playback:PublicUrl={address}");
        using var client = ApiFixture.CreateClient(api, videos.Owner);

        var links = await client.GetFromJsonAsync<JsonElement>($"{Root}/playback", Cancellation);

        Assert.StartsWith($"{address.TrimEnd('/')}{Root}/hls/~", links.GetProperty("masterUrl").GetString(), StringComparison.Ordinal);
        Assert.StartsWith($"{address.TrimEnd('/')}{Root}/thumbnail/~", links.GetProperty("thumbnailUrl").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("video.example")]
    [InlineData("/kinora")]
    [InlineData("ftp://video.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://video.example?x=1")]
    [InlineData("https://user:password@video.example")]
    public async Task A_public_address_that_is_none_stops_the_start(string address)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => fixture.StartApiAsync($"--Kinora:Playback:PublicUrl={address}"));

        Assert.Contains("Kinora:Playback:PublicUrl", failure.Message, StringComparison.Ordinal);
    }

    private static int[] Statuses(params HttpResponseMessage[] responses) => [.. responses.Select(response => (int)response.StatusCode)];

    private async Task<HttpResponseMessage> GetFromAsync(string path, string? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", Origin);
        if (range is not null)
        {
            request.Headers.Add("Range", range);
        }

        return await _anonymous.SendAsync(request, Cancellation);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", Origin);
        request.Headers.Add("Access-Control-Request-Method", "GET");
        request.Headers.Add("Access-Control-Request-Headers", "range");
        return await _anonymous.SendAsync(request, Cancellation);
    }
}
