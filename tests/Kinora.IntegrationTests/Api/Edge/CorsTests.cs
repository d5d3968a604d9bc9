using System.Net;
using System.Net.Http.Headers;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Pages of other origins: the listed ones may call the API, nobody with credentials, and what is signed is open to all.</summary>
public sealed class CorsTests(ApiFixture fixture) : IAsyncLifetime
{
    private const string Listed = "https://app.example.org";
    private ApiProcess _api = null!;
    private ApiUser _user = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await fixture.StartApiAsync(
            $"--Kinora:Http:AllowedOrigins:0={Listed}",
            "--Kinora:Http:AllowedOrigins:1=http://localhost:5173",
            "--Kinora:RateLimits:ApiPerMinute=20",
            ApiFixture.CountsOfItsOwn());
        _user = await fixture.LogInAsync(_api);
        _client = ApiFixture.CreateClient(_api);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _user.Dispose();
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1/uploads", "POST", Listed)]
    [InlineData("/v1/uploads/0193c0de-0000-7000-8000-000000000000", "PATCH", Listed)]
    [InlineData("/v1/videos", "POST", "http://localhost:5173")]
    [InlineData("/v1/videos/0193c0de-0000-7000-8000-000000000000", "DELETE", Listed)]
    [InlineData("/v1/nowhere", "GET", Listed)]
    public async Task A_preflight_of_a_listed_origin_is_answered_without_a_token(string path, string method, string origin)
    {
        using var answer = await PreflightAsync(path, method, origin);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains(method, Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        var headers = Header(answer, "Access-Control-Allow-Headers").Split(", ");
        Assert.All(
            (string[])["Authorization", "Content-Type", "Idempotency-Key", "Tus-Resumable", "Upload-Checksum", "Upload-Length", "Upload-Metadata", "Upload-Offset", "X-Request-Id"],
            header => Assert.Contains(header, headers));
        Assert.Equal("Origin", Header(answer, "Vary"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Preflights_are_not_counted()
    {
        for (var i = 0; i < 40; i++)
        {
            using var answer = await PreflightAsync("/v1/me", "GET", Listed);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://app.example.org.evil.example")]
    [InlineData("http://app.example.org")]
    [InlineData("https://app.example.org:8443")]
    [InlineData("HTTPS://APP.EXAMPLE.ORG")]
    public async Task Another_origin_gets_no_word_of_permission(string origin)
    {
        using var preflight = await PreflightAsync("/v1/uploads", "POST", origin);
        using var answer = await SendAsync(HttpMethod.Get, "/v1/me", origin);

        Assert.All([preflight, answer], response =>
        {
            Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("Origin", Header(response, "Vary"));
        });
    }

    [Fact]
    public async Task A_listed_origin_reads_answers_and_errors_and_their_headers()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/v1/me", Listed, _user.AccessToken);
        using var refused = await SendAsync(HttpMethod.Get, "/v1/me", Listed);
        using var unknown = await SendAsync(HttpMethod.Get, "/v1/nowhere", Listed);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.NotFound],
            [answer.StatusCode, refused.StatusCode, unknown.StatusCode]);
        Assert.All([answer, refused, unknown], response =>
        {
            Assert.Equal(Listed, Header(response, "Access-Control-Allow-Origin"));
            Assert.Equal("Origin", Header(response, "Vary"));
            Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
            var exposed = Header(response, "Access-Control-Expose-Headers").Split(", ");
            Assert.All(
                (string[])["Location", "Retry-After", "X-Request-Id", "ETag", "Content-Range", "Idempotency-Replayed"],
                header => Assert.Contains(header, exposed));
        });
    }

    [Fact]
    public async Task A_resumable_upload_from_a_listed_origin_can_read_all_that_tus_says()
    {
        using var client = ApiFixture.CreateClient(_api, _user);
        client.DefaultRequestHeaders.Add("Origin", Listed);
        var tus = new TusClient(client);
        var bytes = UploadBody.Mp4(4096);
        using var begun = await tus.BeginAsync(bytes.Length, null, []);
        using var ended = await tus.PatchAsync(begun.Headers.Location!, 0, bytes);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.All([begun, ended], response =>
        {
            Assert.Equal(Listed, Header(response, "Access-Control-Allow-Origin"));
            var exposed = Header(response, "Access-Control-Expose-Headers").Split(", ");
            Assert.All(
                response.Headers.Select(header => header.Key).Where(name => name is "Location" || name.StartsWith("Upload-", StringComparison.Ordinal)
                    || name.StartsWith("Tus-", StringComparison.Ordinal) || name.StartsWith("Kinora-", StringComparison.Ordinal)),
                name => Assert.Contains(name, exposed));
        });
    }

    [Theory]
    [InlineData(Listed)]
    [InlineData("https://evil.example")]
    public async Task What_is_signed_is_the_same_for_any_origin(string origin)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/v1/videos/0193c0de-0000-7000-8000-000000000000/hls/~forged/master.m3u8", origin);

        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Vary"));
    }

    [Fact]
    public async Task Without_a_list_nothing_is_said_of_origins()
    {
        using var client = fixture.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        request.Headers.Add("Origin", Listed);

        using var answer = await client.SendAsync(request, Cancellation);

        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.False(answer.Headers.Contains("Vary"));
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.GetValues(name));

    private async Task<HttpResponseMessage> PreflightAsync(string path, string method, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,tus-resumable");
        return await _client.SendAsync(request, Cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string origin, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await _client.SendAsync(request, Cancellation);
    }
}
