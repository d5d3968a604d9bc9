using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kinora.Cli.Remote.Sessions;

/// <summary>What nobody has to be logged in for: accounts and their sessions.</summary>
internal sealed class Accounts(ApiConnection connection)
{
    private static readonly TimeSpan LogoutTimeout = TimeSpan.FromSeconds(5);

    public async Task RegisterAsync(Credentials credentials, CancellationToken cancellation)
    {
        var call = new ApiCall("the sign-up") { IsRepeatable = false };
        using var answer = await connection.SendAsync(call, () => Post("/v1/auth/register", credentials, ApiJson.Default.Credentials), cancellation);
    }

    public Task<Tokens> LogInAsync(Credentials credentials, CancellationToken cancellation) => connection.ReadAsync(
        new ApiCall("the login"), () => Post("/v1/auth/login", credentials, ApiJson.Default.Credentials), ApiJson.Default.Tokens, cancellation);

    /// <summary>Sent once: a token that comes a second time ends the session.</summary>
    public Task<Tokens> RefreshAsync(string refreshToken, CancellationToken cancellation) => connection.ReadAsync(
        new ApiCall("the session") { IsRepeatable = false },
        () => Post("/v1/auth/refresh", new RefreshRequest(refreshToken), ApiJson.Default.RefreshRequest),
        ApiJson.Default.Tokens,
        cancellation);

    public async Task LogOutAsync(string refreshToken, CancellationToken cancellation)
    {
        var call = new ApiCall("the logout") { Timeout = LogoutTimeout, Patience = LogoutTimeout };
        using var answer = await connection.SendAsync(
            call, () => Post("/v1/auth/logout", new RefreshRequest(refreshToken), ApiJson.Default.RefreshRequest), cancellation);
    }

    private static HttpRequestMessage Post<T>(string path, T body, JsonTypeInfo<T> type) =>
        new(HttpMethod.Post, path) { Content = JsonContent.Create(body, type) };
}
