using System.Net.Http.Headers;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Every kind of answer, opened in a tab or put into a page of another origin: nothing runs, nothing is guessed, nothing is kept.</summary>
public sealed class AnswerHeaderTests(ApiFixture fixture, PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Path, status, type; "S" stands for the signature, "V" for the video.</summary>
    public static TheoryData<string, int, string> Answers => new()
    {
        { "/v1/videos/V/hls/S/master.m3u8", 200, "application/vnd.apple.mpegurl" },
        { "/v1/videos/V/hls/S/720p/1.m4s", 200, "video/mp4" },
        { "/v1/videos/V/hls/S/audio/1.m4s", 200, "audio/mp4" },
        { "/v1/videos/V/hls/S/none.m4s", 404, "application/json; charset=utf-8" },
        { "/v1/videos/V/hls/~forged/master.m3u8", 401, "application/json; charset=utf-8" },
        { "/v1/videos/V/thumbnail/S", 200, "image/jpeg" },
        { "/v1/videos/V/storyboard/S/storyboard.vtt", 200, "text/vtt" },
        { "/v1/videos/V/storyboard/S/storyboard-1-0.jpg", 200, "image/jpeg" },
        { "/v1/videos/V/hls/720p/1.m4s", 200, "video/mp4" },
        { "/v1/videos/V/thumbnail", 200, "image/jpeg" },
        { "/v1/videos/V", 200, "application/json; charset=utf-8" },
        { "/v1/videos/V/verification", 200, "application/json; charset=utf-8" },
        { "/v1/nowhere", 404, "application/json; charset=utf-8" },
        { "/nowhere.html", 404, "application/json; charset=utf-8" },
        { "/v1/videos?limit=x", 400, "application/json; charset=utf-8" },
        { "/test/bug", 500, "application/json; charset=utf-8" },
        { "/health/live", 200, "application/json; charset=utf-8" },
        { "/openapi/v1.json", 200, "application/json; charset=utf-8" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_cannot_be_made_to_run(string path, int status, string type)
    {
        var isSigned = path.Contains("/S", StringComparison.Ordinal) || path.Contains('~', StringComparison.Ordinal);
        using var answer = await GetAsync(path, isSigned);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        AssertIsData(answer, isSigned);
    }

    [Theory]
    [InlineData("/v1/videos/V/hls/S/720p/1.m4s", true)]
    [InlineData("/v1/videos/V/thumbnail", false)]
    public async Task Nor_can_one_that_is_not_modified(string path, bool isSigned)
    {
        using var first = await GetAsync(path, isSigned);
        using var second = await GetAsync(path, isSigned, first.Headers.ETag);

        Assert.Equal(304, (int)second.StatusCode);
        AssertIsData(second, isSigned);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/watch")]
    [InlineData("/docs")]
    public async Task A_page_has_a_policy_of_its_own_and_the_rest(string path)
    {
        using var answer = await GetAsync(path, isSigned: true);

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("frame-ancestors 'none'", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task What_kestrel_answers_by_itself_says_the_same(string request)
    {
        var answer = await RawConnection.SendAsync(videos.Api.Address, request, Patience);

        Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nCross-Origin-Resource-Policy: same-origin\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nCache-Control: no-store\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_came_by_https_is_told_to_come_back_by_https()
    {
        await using var behindProxy = await fixture.StartApiAsync("--Kinora:Http:TrustedProxies:0=127.0.0.0/8");
        using var client = ApiFixture.CreateClient(behindProxy);
        using var plain = await client.GetAsync("/health/live", Cancellation);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var secure = await client.GetAsync("/health/live", Cancellation);
        using var other = fixture.CreateClient();
        other.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var forged = await other.GetAsync("/health/live", Cancellation);

        Assert.Equal("max-age=2592000", Header(secure, "Strict-Transport-Security"));
        Assert.All([plain, forged], answer => Assert.False(answer.Headers.Contains("Strict-Transport-Security")));
    }

    private static void AssertIsData(HttpResponseMessage answer, bool isSigned)
    {
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", Header(answer, "Content-Security-Policy"));
        Assert.Equal(isSigned ? "cross-origin" : "same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.GetValues(name));

    private async Task<HttpResponseMessage> GetAsync(string path, bool isSigned, EntityTagHeaderValue? etag = null)
    {
        using var client = ApiFixture.CreateClient(videos.Api, isSigned ? null : videos.Owner);
        var target = path.Replace("/V", $"/{videos.Video.Id}", StringComparison.Ordinal).Replace("/S", $"/{videos.Sign(videos.Video.Id)}", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        if (etag is not null)
        {
            request.Headers.IfNoneMatch.Add(etag);
        }

        return await client.SendAsync(request, Cancellation);
    }
}
