using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;

namespace Kinora.IntegrationTests.Accounts;

/// <summary>What a login is answered with.</summary>
public sealed class LoginTests(ApiFixture fixture) : IDisposable
{
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

    private Task<HttpResponseMessage> LoginAsync(string email, string password) =>
        _client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
}
