using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kinora.IntegrationTests.Api;

public sealed class AccessTokenTests(ApiFixture fixture) : IDisposable
{
    private readonly HttpClient _client = fixture.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_token_made_by_hand_after_the_rules_is_good()
    {
        using var user = await fixture.CreateUserAsync();

        using var response = await GetMeAsync("Bearer " + Sign(Header(), Payload(user.Id)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task Without_a_token_the_way_in_is_named(string? authorization)
    {
        using var response = await GetMeAsync(authorization);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString().Split(' ')[0]);
    }

    public static TheoryData<string> BadTokens => new(
        "none", "None", "nOnE", "RS256", "HS512", "no alg", "other secret", "empty signature", "cut signature", "altered payload",
        "extra segment", "two segments", "not base64", "not json", "expired", "not yet valid", "no exp", "issuer", "audience", "no issuer",
        "no audience", "typ JWT", "no typ", "typ refresh", "kid path", "jku", "sub no uuid", "no sub", "sub list", "nobody", "10 KB",
        "two tokens", "refresh token");

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_bad_token_is_refused(string kind)
    {
        using var user = await fixture.CreateUserAsync();

        using var response = await GetMeAsync("Bearer " + Make(kind, user));

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_a_user_who_is_gone_is_refused()
    {
        using var user = await fixture.CreateUserAsync();
        await fixture.ExecuteSqlAsync($"DELETE FROM users WHERE id = {user.Id}");

        using var response = await user.Client.GetAsync("/v1/me", Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Clocks_may_differ_by_half_a_minute()
    {
        using var user = await fixture.CreateUserAsync();
        var payload = Payload(user.Id);
        payload["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 15;

        using var response = await GetMeAsync("Bearer " + Sign(Header(), payload));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static string Make(string kind, ApiUser user)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var good = user.AccessToken.Split('.');
        return kind switch
        {
            "none" or "None" or "nOnE" => Unsigned(With(Header(), "alg", kind), Payload(user.Id)) + ".",
            "RS256" or "HS512" => Sign(With(Header(), "alg", kind), Payload(user.Id)),
            "no alg" => Sign(With(Header(), "alg", null), Payload(user.Id)),
            "other secret" => Sign(Header(), Payload(user.Id), "another secret that is long enough to sign"),
            "empty signature" => $"{good[0]}.{good[1]}.",
            "cut signature" => user.AccessToken[..^4],
            "altered payload" => $"{good[0]}.{Encode(Payload(Guid.CreateVersion7()))}.{good[2]}",
            "extra segment" => user.AccessToken + ".x",
            "two segments" => $"{good[0]}.{good[1]}",
            "not base64" => "a$b.c$d.e$f",
            "not json" => SignRaw(Base64Url.EncodeToString("hello"u8), Base64Url.EncodeToString("world"u8)),
            "expired" => Sign(Header(), With(Payload(user.Id), "exp", now - 45)),
            "not yet valid" => Sign(Header(), With(Payload(user.Id), "nbf", now + 120)),
            "no exp" => Sign(Header(), With(Payload(user.Id), "exp", null)),
            "issuer" => Sign(Header(), With(Payload(user.Id), "iss", "other")),
            "audience" => Sign(Header(), With(Payload(user.Id), "aud", "kinora-playback")),
            "no issuer" => Sign(Header(), With(Payload(user.Id), "iss", null)),
            "no audience" => Sign(Header(), With(Payload(user.Id), "aud", null)),
            "typ JWT" => Sign(With(Header(), "typ", "JWT"), Payload(user.Id)),
            "no typ" => Sign(With(Header(), "typ", null), Payload(user.Id)),
            "typ refresh" => Sign(With(Header(), "typ", "rt+jwt"), Payload(user.Id)),
            "kid path" => Sign(With(Header(), "kid", "../../etc/passwd"), Payload(user.Id), "another secret that is long enough to sign"),
            "jku" => Sign(With(Header(), "jku", "http://127.0.0.1:1/keys"), Payload(user.Id), "another secret that is long enough to sign"),
            "sub no uuid" => Sign(Header(), With(Payload(user.Id), "sub", "' OR 1=1")),
            "no sub" => Sign(Header(), With(Payload(user.Id), "sub", null)),
            "sub list" => Sign(Header(), With(Payload(user.Id), "sub", new JsonArray(user.Id.ToString(), Guid.Empty.ToString()))),
            "nobody" => Sign(Header(), Payload(Guid.CreateVersion7())),
            "10 KB" => Sign(Header(), With(Payload(user.Id), "more", new string('x', 10 * 1024))),
            "two tokens" => $"{user.AccessToken}, Bearer {user.AccessToken}",
            "refresh token" => user.RefreshToken,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static JsonObject Header() => new() { ["alg"] = "HS256", ["typ"] = "at+jwt" };

    private static JsonObject Payload(Guid userId) => new()
    {
        ["sub"] = userId.ToString(),
        ["iss"] = "kinora",
        ["aud"] = "kinora-api",
        ["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600,
    };

    private static JsonObject With(JsonObject json, string name, JsonNode? value)
    {
        json.Remove(name);
        if (value is not null)
        {
            json[name] = value;
        }

        return json;
    }

    private static string Sign(JsonObject header, JsonObject payload, string secret = ApiProcess.Secret) =>
        SignRaw(Encode(header), Encode(payload), secret);

    private static string SignRaw(string header, string payload, string secret = ApiProcess.Secret)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{header}.{payload}"));
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Unsigned(JsonObject header, JsonObject payload) => $"{Encode(header)}.{Encode(payload)}";

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private async Task<HttpResponseMessage> GetMeAsync(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await _client.SendAsync(request, Cancellation);
    }
}
