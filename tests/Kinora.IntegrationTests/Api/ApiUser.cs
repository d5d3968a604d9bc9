namespace Kinora.IntegrationTests.Api;

/// <summary>A registered user; the client sends the access token with each request.</summary>
public sealed record ApiUser(HttpClient Client, Guid Id, string Email, string AccessToken, string RefreshToken) : IDisposable
{
    public const string DefaultPassword = "a long walk by the sea";

    public void Dispose() => Client.Dispose();
}
