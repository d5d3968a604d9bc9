namespace Kinora.Cli.Remote;

/// <summary>Where the access tokens of a user come from.</summary>
internal interface ITokenSource
{
    /// <param name="refused">A token that the server takes no longer: another one is wanted.</param>
    /// <exception cref="CommandFailure">Not logged in: there is none, and who uses the command has to do something about it.</exception>
    Task<string> GetAsync(string? refused, CancellationToken cancellation);
}
