using System.Security.Cryptography;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;

namespace Kinora.Cli.Demo;

/// <summary>The user of a demo, made up for it: logs in again whenever an access token ends.</summary>
internal sealed class DemoAccount(Accounts accounts) : ITokenSource
{
    private readonly Credentials _credentials = new(
        $"demo-{RandomNumberGenerator.GetHexString(12, lowercase: true)}@example.com", RandomNumberGenerator.GetHexString(32));

    private string? _token;

    public string Email => _credentials.Email;

    public Task SignUpAsync(CancellationToken cancellation) => accounts.RegisterAsync(_credentials, cancellation);

    public async Task<string> GetAsync(string? refused, CancellationToken cancellation)
    {
        if (_token is null || _token == refused)
        {
            _token = (await accounts.LogInAsync(_credentials, cancellation)).AccessToken;
        }

        return _token;
    }
}
