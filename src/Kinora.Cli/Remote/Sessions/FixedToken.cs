namespace Kinora.Cli.Remote.Sessions;

/// <summary>An access token that was given to the command, as in a job of a build server. There is no other one.</summary>
internal sealed class FixedToken(string token) : ITokenSource
{
    public Task<string> GetAsync(string? refused, CancellationToken cancellation) => refused is null
        ? Task.FromResult(token)
        : throw new CommandFailure("the token in KINORA_TOKEN is not valid, or not any more.", CommandFailure.NotLoggedIn);
}
