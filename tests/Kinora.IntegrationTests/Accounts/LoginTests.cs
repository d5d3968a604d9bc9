using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Accounts;

public sealed class LoginTests(ApiFixture fixture) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly HttpClient _client = fixture.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_answer_is_a_bearer_token_for_fifteen_minutes()
    {
        using var user = await fixture.CreateUserAsync();

        using var response = await LoginAsync(user.Email.ToUpperInvariant(), ApiUser.DefaultPassword);

        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal("Bearer", body.GetProperty("tokenType").GetString());
        Assert.Equal(900, body.GetProperty("expiresIn").GetInt32());
        Assert.Equal(3, body.GetProperty("accessToken").GetString()!.Split('.').Length);
        Assert.Equal(43, body.GetProperty("refreshToken").GetString()!.Length);
        Assert.Equal(4, body.EnumerateObject().Count());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_get_the_same_answer()
    {
        using var user = await fixture.CreateUserAsync();

        using var wrong = await LoginAsync(user.Email, "not the password");
        using var unknown = await LoginAsync("nobody@example.org", "not the password");

        await wrong.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal(await wrong.Content.ReadAsStringAsync(Cancellation), await unknown.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(wrong.Headers.WwwAuthenticate.ToString(), unknown.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task After_ten_failures_the_account_has_to_wait()
    {
        using var user = await fixture.CreateUserAsync();
        for (var i = 0; i < 10; i++)
        {
            using var failed = await LoginAsync(user.Email, "not the password");
            await failed.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        }

        using var refused = await LoginAsync(user.Email.ToUpperInvariant(), ApiUser.DefaultPassword);
        using var other = await fixture.CreateUserAsync();

        await refused.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task Guesses_at_once_count_each()
    {
        using var user = await fixture.CreateUserAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => LoginAsync(user.Email, $"not the password {i}")));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_right_password_forgets_the_failures_before_it()
    {
        using var user = await fixture.CreateUserAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 9; i++)
            {
                using var failed = await LoginAsync(user.Email, "not the password");
            }

            using var right = await LoginAsync(user.Email, ApiUser.DefaultPassword);
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        }
    }

    [Theory]
    [InlineData("/v1/auth/login")]
    [InlineData("/v1/auth/register")]
    public async Task One_address_has_so_many_tries_a_minute(string path)
    {
        await using var api = await fixture.StartApiAsync("--Kinora:RateLimits:CredentialsPerMinute=3", ApiFixture.CountsOfItsOwn());
        using var client = new HttpClient { BaseAddress = api.Address };
        for (var i = 0; i < 3; i++)
        {
            using var counted = await client.PostAsJsonAsync(path, new { }, Cancellation);
            await counted.ShouldBeInvalidAsync();
        }

        // Who is no trusted proxy cannot speak for other addresses.
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        using var refused = await client.PostAsJsonAsync(path, new { }, Cancellation);

        await refused.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_trusted_proxy_speaks_for_its_clients()
    {
        await using var api = await fixture.StartApiAsync(
            "--Kinora:RateLimits:CredentialsPerMinute=1", ApiFixture.CountsOfItsOwn(), "--Kinora:Http:TrustedProxies:0=127.0.0.0/8");
        using var client = new HttpClient { BaseAddress = api.Address };

        for (var i = 1; i < 4; i++)
        {
            client.DefaultRequestHeaders.Remove("X-Forwarded-For");
            client.DefaultRequestHeaders.Add("X-Forwarded-For", $"198.51.100.9, 203.0.113.{i}");
            using var response = await client.PostAsJsonAsync("/v1/auth/login", new { }, Cancellation);
            await response.ShouldBeInvalidAsync();
        }
    }

    [Fact]
    public async Task Failures_from_many_addresses_count_together_and_nobody_is_locked_out_for_ever()
    {
        await using var api = await fixture.StartApiAsync(
            "--Kinora:Http:TrustedProxies:0=127.0.0.0/8", $"--Kinora:Auth:FailedLoginWindow={Window}", ApiFixture.CountsOfItsOwn());
        using var user = await fixture.LogInAsync(api);

        for (var i = 0; i < 10; i++)
        {
            using var failed = await LoginFromAsync(api, $"203.0.113.{i}", user.Email, "not the password");
            await failed.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        }

        using var refused = await LoginFromAsync(api, "198.51.100.1", user.Email, ApiUser.DefaultPassword);
        await refused.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), Window);

        // What is refused meanwhile does not prolong the wait.
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await LoginFromAsync(api, "203.0.113.1", user.Email, ApiUser.DefaultPassword);
                return again.StatusCode == HttpStatusCode.OK;
            },
            () => "The right password is refused for ever.");
    }

    [Theory]
    [InlineData("/v1/auth/login")]
    [InlineData("/v1/auth/register")]
    public async Task A_huge_password_is_refused_before_any_hashing(string path)
    {
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await _client.PostAsJsonAsync(path, new { email = "nobody@example.org", password = new string('x', 1_000_000) }, Cancellation);
            var elapsed = Stopwatch.GetElapsedTime(started);
            fastest = elapsed < fastest ? elapsed : fastest;
            Assert.Equal(["password"], (await response.ShouldBeInvalidAsync()).Keys);
        }

        // One of them at least had no other test in its way.
        Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_hash_of_older_parameters_is_renewed()
    {
        using var user = await fixture.CreateUserAsync();
        const string password = "an older password";
        await fixture.ExecuteSqlAsync(
            $"UPDATE users SET password_hash = {OlderHash(password)} WHERE id = {user.Id}");

        using var response = await LoginAsync(user.Email, password);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var stored = await fixture.QueryAsync(db => db.Users.FindAsync([user.Id], Cancellation).AsTask());
        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", stored!.PasswordHash, StringComparison.Ordinal);
        using var again = await LoginAsync(user.Email, password);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    private static string OlderHash(string password)
    {
        byte[] salt = [.. "sixteen bytes..."u8];
        using var argon2 = new Konscious.Security.Cryptography.Argon2id(System.Text.Encoding.UTF8.GetBytes(password))
        {
            Salt = salt,
            MemorySize = 1024,
            Iterations = 1,
            DegreeOfParallelism = 1,
        };
        return $"$argon2id$v=19$m=1024,t=1,p=1${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(argon2.GetBytes(32)).TrimEnd('=')}";
    }

    private static async Task<HttpResponseMessage> LoginFromAsync(ApiProcess api, string address, string email, string password)
    {
        using var client = ApiFixture.CreateClient(api);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
    }

    private Task<HttpResponseMessage> LoginAsync(string email, string password) =>
        _client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
}
