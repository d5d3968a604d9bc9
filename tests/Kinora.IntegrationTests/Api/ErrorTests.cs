using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Kinora.IntegrationTests.Api;

public sealed class ErrorTests(ApiFixture fixture) : IDisposable
{
    private readonly HttpClient _client = fixture.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/v1/nowhere")]
    [InlineData("/v1/auth/login/more")]
    public async Task An_unknown_route_is_not_found(string path)
    {
        using var response = await _client.GetAsync(path, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_wrong_method_is_told_which_are_allowed()
    {
        using var response = await _client.PutAsJsonAsync("/v1/auth/login", new { }, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task An_unexpected_exception_says_nothing_of_the_inside()
    {
        using var response = await _client.GetAsync("/test/bug", Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.InternalServerError, "INTERNAL");
        Assert.DoesNotContain("passwd", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/test/storage-down")]
    [InlineData("/test/queue-down")]
    public async Task A_store_that_is_down_is_unavailable(string path)
    {
        using var response = await _client.GetAsync(path, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_unavailable()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Database:ConnectionString=Host=127.0.0.1;Port=1;Database=x;Username=x");
        using var client = new HttpClient { BaseAddress = api.Address };

        using var response = await client.PostAsJsonAsync("/v1/auth/login", new { email = "a@b", password = "x" }, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_refusal_carries_its_details()
    {
        using var response = await _client.GetAsync("/test/conflict", Cancellation);

        var details = await response.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(Guid.Empty, details.GetProperty("jobId").GetGuid());
    }

    [Fact]
    public async Task Too_many_requests_are_told_when_to_come_back()
    {
        using var response = await _client.GetAsync("/test/busy", Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData(403, "FORBIDDEN")]
    [InlineData(416, "RANGE_NOT_SATISFIABLE")]
    [InlineData(418, "VALIDATION_ERROR")]
    [InlineData(502, "INTERNAL")]
    public async Task A_bare_status_gets_the_envelope(int status, string code)
    {
        using var response = await _client.GetAsync($"/test/status/{status}", Cancellation);

        await response.ShouldBeErrorAsync((HttpStatusCode)status, code);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("null")]
    [InlineData("9223372036854775808")]
    [InlineData("{01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11}")]
    [InlineData("01931f6e5c2a7d4b9f003a1c5e7b9d11")]
    [InlineData("..%2f..%2fetc")]
    public async Task An_id_that_is_no_uuid_is_invalid(string id)
    {
        using var response = await _client.GetAsync($"/test/items/{id}", Cancellation);

        Assert.Contains("itemId", await response.ShouldBeInvalidAsync());
    }

    [Fact]
    public async Task An_id_may_be_written_in_capitals()
    {
        using var response = await _client.GetAsync("/test/items/01931F6E-5C2A-7D4B-9F00-3A1C5E7B9D11", Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("?limit=abc", "limit")]
    [InlineData("?limit=99999999999", "limit")]
    [InlineData("", "limit")]
    [InlineData("?limit=1&q=a%00b", "query")]
    public async Task A_malformed_query_is_invalid(string query, string path)
    {
        using var response = await _client.GetAsync("/test/query" + query, Cancellation);

        Assert.Equal([path], (await response.ShouldBeInvalidAsync()).Keys);
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("\"text\"", "body")]
    [InlineData("{\"title\":\"x\",\"count\":1}trailing", "body")]
    [InlineData("{\"title\":\"x\",\"count\":1,}", "body")]
    [InlineData("{\"title\":\"x\",\"count\":1,\"isAdmin\":true}", "isAdmin")]
    [InlineData("{\"Title\":\"x\",\"count\":1}", "Title")]
    [InlineData("{\"title\":\"x\",\"title\":\"y\",\"count\":1}", "title")]
    [InlineData("{\"title\":{},\"count\":1}", "title")]
    [InlineData("{\"title\":{\"$ne\":\"\"},\"count\":1}", "title")]
    [InlineData("{\"title\":null,\"count\":1}", "title")]
    [InlineData("{\"title\":\"x\",\"count\":\"1\"}", "count")]
    [InlineData("{\"title\":\"x\",\"count\":1.5}", "count")]
    [InlineData("{\"title\":\"x\",\"count\":99999999999}", "count")]
    [InlineData("{\"title\":\"x\"}", "count")]
    [InlineData("{\"title\":\"x\",\"count\":1,\"color\":\"BLUE\"}", "color")]
    [InlineData("{\"title\":\"x\",\"count\":1,\"color\":1}", "color")]
    [InlineData("{\"title\":\"a\\u0000b\",\"count\":1}", "title")]
    [InlineData("{\"title\":\"a\\ud800b\",\"count\":1}", "title")]
    [InlineData("{\"title\":\"x\",\"count\":1,\"items\":[{\"name\":\"y\"},{\"name\":1}]}", "items[1].name")]
    [InlineData("{\"title\":\"x\",\"count\":1,\"items\":[{}]}", "items[0].name")]
    public async Task A_malformed_body_is_invalid_and_its_place_is_named(string body, string path)
    {
        using var response = await PostAsync(body);

        Assert.Equal([path], (await response.ShouldBeInvalidAsync()).Keys);
    }

    [Fact]
    public async Task Every_missing_member_is_named()
    {
        using var response = await PostAsync("{}");

        Assert.Equal(["count", "title"], (await response.ShouldBeInvalidAsync()).Keys.Order());
    }

    [Fact]
    public async Task Deep_json_is_invalid()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"name\":\"x\",\"inner\":", 65)) + "null" + new string('}', 65);

        using var response = await PostAsync($"{{\"title\":\"x\",\"count\":1,\"items\":[{deep}]}}");

        await response.ShouldBeInvalidAsync();
    }

    [Fact]
    public async Task Text_that_is_no_utf8_is_invalid()
    {
        var content = new ByteArrayContent([.. "{\"count\":1,\"title\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await _client.PostAsync("/test/body", content, Cancellation);

        await response.ShouldBeInvalidAsync();
    }

    [Fact]
    public async Task Enums_are_upper_case_words()
    {
        using var response = await PostAsync("{\"title\":\"x\",\"count\":1,\"color\":\"DARK_RED\"}");

        Assert.Equal("DARK_RED", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("color").GetString());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=bogus")]
    [InlineData(null)]
    public async Task A_body_that_is_not_declared_as_json_is_refused(string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{\"title\":\"x\",\"count\":1}"));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        using var response = await _client.PostAsync("/test/body", content, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_too_large(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/test/body")
        {
            // Just over: who still sends when the connection is closed may not get to read the refusal.
            Content = new StringContent($"{{\"title\":\"{new string('x', 1024 * 1024)}\"}}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;

        using var response = await _client.SendAsync(request, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task Errors_are_json_whatever_the_client_accepts()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Accept.ParseAdd("application/xml");

        using var response = await _client.SendAsync(request, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_foreign_origin_is_allowed_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/auth/login");
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        using var response = await _client.SendAsync(request, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _client.PostAsync("/test/body", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
}
