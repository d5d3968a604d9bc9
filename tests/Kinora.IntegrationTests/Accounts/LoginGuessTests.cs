using System.Net;
using System.Net.Http.Json;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Accounts;

/// <summary>Who guesses passwords, of one account or from one address, has to wait.</summary>
public sealed class LoginGuessTests(ApiFixture fixture) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly HttpClient _client = fixture.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

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

    private static async Task<HttpResponseMessage> LoginFromAsync(ApiProcess api, string address, string email, string password)
    {
        using var client = ApiFixture.CreateClient(api);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
    }

    private Task<HttpResponseMessage> LoginAsync(string email, string password) =>
        _client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
}
