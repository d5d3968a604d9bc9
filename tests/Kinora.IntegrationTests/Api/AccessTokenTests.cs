using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using static Kinora.IntegrationTests.Api.HandmadeToken;

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
        "none", "None", "nOnE", "RS256", "HS512", "HS384 in earnest", "HS512 in earnest", "RS256 in earnest", "ES256 in earnest", "no alg", "other secret", "empty signature", "cut signature", "altered payload",
        "extra segment", "two segments", "not base64", "not json", "expired", "not yet valid", "no exp", "issuer", "audience", "no issuer",
        "no audience", "typ JWT", "no typ", "typ refresh", "sub no uuid", "no sub", "sub list", "nobody", "10 KB",
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

    public static TheoryData<string, string> Keys
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var secret in (string[])[ApiProcess.Secret, "another secret that is long enough to sign"])
            {
                foreach (var header in (string[])
                    [
                        """{"kid": "../../etc/passwd"}""", """{"kid": "' OR 1=1 --"}""", """{"kid": "/dev/null"}""", """{"kid": 1}""",
                        """{"jku": "LISTENER/keys"}""", """{"x5u": "LISTENER/chain"}""", """{"jku": "LISTENER/keys", "kid": "1"}""",
                        """{"jwk": {"kty": "oct", "k": "YW5vdGhlciBzZWNyZXQgdGhhdCBpcyBsb25nIGVub3VnaCB0byBzaWdu"}}""",
                        """{"x5c": ["MIIB"]}""", """{"crit": ["exp"]}""",
                    ])
                {
                    data.Add(header, secret);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_token_that_names_a_key_is_refused_and_nothing_is_fetched(string members, string secret)
    {
        using var user = await fixture.CreateUserAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var header = Header();
        foreach (var (name, value) in JsonNode.Parse(members.Replace("LISTENER", $"http://{listener.LocalEndpoint}", StringComparison.Ordinal))!.AsObject())
        {
            header[name] = value!.DeepClone();
        }

        using var response = await GetMeAsync("Bearer " + Sign(header, Payload(user.Id), secret));

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.False(listener.Pending());
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
            "HS384 in earnest" => Sign(With(Header(), "alg", "HS384"), Payload(user.Id), message => HMACSHA384.HashData(Secret, message)),
            "HS512 in earnest" => Sign(With(Header(), "alg", "HS512"), Payload(user.Id), message => HMACSHA512.HashData(Secret, message)),
            "RS256 in earnest" => SignByRsa(user.Id),
            "ES256 in earnest" => SignByCurve(user.Id),
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
