using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Accounts;

public sealed class RefreshTests(ApiFixture fixture) : IDisposable
{
    private readonly HttpClient _client = fixture.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_refresh_token_is_exchanged_for_the_next_pair()
    {
        using var user = await fixture.CreateUserAsync();

        var first = await RefreshedAsync(user.RefreshToken);
        var second = await RefreshedAsync(first);

        Assert.Equal(3, new HashSet<string> { user.RefreshToken, first, second }.Count);
    }

    [Fact]
    public async Task A_spent_token_whose_successor_was_used_ends_the_family()
    {
        using var user = await fixture.CreateUserAsync();
        var first = await RefreshedAsync(user.RefreshToken);
        var second = await RefreshedAsync(first);

        await RefusedAsync(user.RefreshToken);

        await RefusedAsync(second);
    }

    [Fact]
    public async Task Another_login_of_the_user_goes_on()
    {
        using var user = await fixture.CreateUserAsync();
        using var login = await _client.PostAsJsonAsync(
            "/v1/auth/login", new { email = user.Email, password = ApiUser.DefaultPassword }, Cancellation);
        var other = await TokenOfAsync(login);
        await RefreshedAsync(await RefreshedAsync(user.RefreshToken));
        await RefusedAsync(user.RefreshToken);

        await RefreshedAsync(other);
    }

    [Fact]
    public async Task A_spent_token_ends_the_family_also_when_its_successor_was_not_used()
    {
        using var user = await fixture.CreateUserAsync();
        var next = await RefreshedAsync(user.RefreshToken);

        await RefusedAsync(user.RefreshToken);

        await RefusedAsync(next);
    }

    [Fact]
    public async Task Sent_many_times_at_once_it_is_exchanged_once_and_the_family_ends()
    {
        using var user = await fixture.CreateUserAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(user.RefreshToken)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(0, await UsableAsync(user.Id));
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        using var user = await fixture.CreateUserAsync();
        await fixture.ExecuteSqlAsync($"UPDATE refresh_tokens SET expires_at = now() WHERE user_id = {user.Id}");

        await RefusedAsync(user.RefreshToken);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("' OR 1=1 --")]
    public async Task An_unknown_token_is_refused(string token) => await RefusedAsync(token);

    [Fact]
    public async Task An_access_token_is_no_refresh_token()
    {
        using var user = await fixture.CreateUserAsync();

        using var response = await RefreshAsync(user.AccessToken);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task After_the_logout_the_session_is_over()
    {
        using var user = await fixture.CreateUserAsync();
        var next = await RefreshedAsync(user.RefreshToken);

        using var response = await LogoutAsync(next);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        await RefusedAsync(next);
        await RefusedAsync(user.RefreshToken);
    }

    [Fact]
    public async Task Logging_out_twice_is_fine()
    {
        using var user = await fixture.CreateUserAsync();

        using var first = await LogoutAsync(user.RefreshToken);
        using var second = await LogoutAsync(user.RefreshToken);
        using var unknown = await LogoutAsync("unknown");

        Assert.All([first, second, unknown], answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
    }

    [Fact]
    public async Task The_database_holds_no_token()
    {
        using var user = await fixture.CreateUserAsync();

        var hash = await fixture.QueryAsync(
            db => db.RefreshTokens.Where(t => t.UserId == user.Id).Select(t => t.TokenHash).SingleAsync(Cancellation));

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(user.RefreshToken)), hash);
    }

    private Task<int> UsableAsync(Guid userId) => fixture.QueryAsync(
        db => db.RefreshTokens.CountAsync(t => t.UserId == userId && t.SpentAt == null && t.RevokedAt == null, Cancellation));

    private Task<HttpResponseMessage> RefreshAsync(string refreshToken) =>
        _client.PostAsJsonAsync("/v1/auth/refresh", new { refreshToken }, Cancellation);

    private Task<HttpResponseMessage> LogoutAsync(string refreshToken) =>
        _client.PostAsJsonAsync("/v1/auth/logout", new { refreshToken }, Cancellation);

    private async Task<string> RefreshedAsync(string refreshToken)
    {
        using var response = await RefreshAsync(refreshToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await TokenOfAsync(response);
    }

    private async Task RefusedAsync(string refreshToken)
    {
        using var response = await RefreshAsync(refreshToken);
        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    private static async Task<string> TokenOfAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("refreshToken").GetString()!;
}
