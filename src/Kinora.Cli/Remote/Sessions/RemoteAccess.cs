using Kinora.Cli.Running;

namespace Kinora.Cli.Remote.Sessions;

/// <summary>Which server a command goes to, and as whom: what the environment says, else the session of `kinora login`.</summary>
internal static class RemoteAccess
{
    public const string ServerVariable = "KINORA_SERVER";
    public const string TokenVariable = "KINORA_TOKEN";

    /// <exception cref="CommandFailure">Not logged in, or no server is known.</exception>
    public static ApiClient Open()
    {
        var (named, session) = (Variable(ServerVariable) is { } text ? ParseServer(text, ServerVariable) : null, SessionStore.OfUser());
        if (Variable(TokenVariable) is { } token)
        {
            return token.All(c => c is > ' ' and <= '~')
                ? Client(named ?? session.Read()?.Server ?? FindLocal(DataFolder.Of(null)) ?? throw NoServer(), new FixedToken(token))
                : throw new CommandFailure($"{TokenVariable} holds what is no token.", CommandFailure.BadUsage);
        }

        var server = named ?? session.Read()?.Server ?? throw new CommandFailure("log in first: `kinora login`", CommandFailure.NotLoggedIn);
        var time = TimeProvider.System;
        return Client(server, new SessionTokens(session, server, new Accounts(new ApiConnection(server, null, time)), time));
    }

    /// <summary>The server to log in at.</summary>
    /// <param name="named">On the command line.</param>
    public static Uri ChooseServer(string? named, DataFolder folder) =>
        named is not null ? ParseServer(named, "--server")
        : Variable(ServerVariable) is { } text ? ParseServer(text, ServerVariable)
        : SessionStore.OfUser().Read()?.Server ?? FindLocal(folder) ?? throw NoServer();

    /// <summary>Scheme, host and port: what else stands in an address has no meaning here.</summary>
    internal static Uri ParseServer(string text, string source) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https" } && uri.UserInfo.Length == 0 && uri.AbsolutePath == "/"
            && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw new CommandFailure($"{source} must be the address of a server, such as https://video.example.org.", CommandFailure.BadUsage);

    private static ApiClient Client(Uri server, ITokenSource tokens) => new(new ApiConnection(server, tokens, TimeProvider.System), TimeProvider.System);

    private static Uri? FindLocal(DataFolder folder) => RunState.ReadLive(folder) is { IsReady: true } state ? new Uri(state.Url) : null;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private static CommandFailure NoServer() =>
        new($"no server is known: name one with `kinora login --server` or {ServerVariable}.", CommandFailure.BadUsage);
}
