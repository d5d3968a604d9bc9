using System.Security.Cryptography;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;

namespace Kinora.Cli.Demo;

/// <summary>The user of a demo, made up for it: logs in again whenever an access token ends.</summary>
internal sealed class DemoAccount(Accounts accounts) : ITokenSource
{
    private string? _token;

    /// <summary>For the web app too: who sees the terminal may see the video.</summary>
    public Credentials Credentials { get; } = new(
        $"demo-{RandomNumberGenerator.GetHexString(12, lowercase: true)}@example.com", RandomNumberGenerator.GetHexString(16, lowercase: true));

    public Task SignUpAsync(CancellationToken cancellation) => accounts.RegisterAsync(Credentials, cancellation);

    public async Task<string> GetAsync(string? refused, CancellationToken cancellation)
    {
        if (_token is null || _token == refused)
        {
            _token = (await accounts.LogInAsync(Credentials, cancellation)).AccessToken;
        }

        return _token;
    }
}
