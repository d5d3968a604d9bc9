using Kinora.Cli.Terminals;

namespace Kinora.Cli.Remote;

/// <summary>Nobody has answered, or not in time, as often as it was tried.</summary>
internal sealed class ServerUnreachable(Uri server, string reason)
    : CommandFailure($"the API at {server.GetLeftPart(UriPartial.Authority)} does not answer: {TerminalText.Clean(reason)}", Unreachable);
