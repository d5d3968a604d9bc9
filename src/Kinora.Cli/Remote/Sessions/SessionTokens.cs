using System.Net;

namespace Kinora.Cli.Remote.Sessions;

/// <summary>
/// The tokens of the session in the file, exchanged for the next ones when the access token ends. A refresh token is good for one exchange,
/// and a second one ends the session: so one command at a time exchanges, and writes down what it got before anything is done with it.
/// </summary>
internal sealed class SessionTokens(SessionStore store, Uri server, Accounts accounts, TimeProvider time) : ITokenSource
{
    private Session? _session;

    public async Task<string> GetAsync(string? refused, CancellationToken cancellation)
    {
        _session ??= Read();
        if (!IsGood(_session, refused))
        {
            using var turn = await store.LockAsync(time, cancellation);

            // Another command may have exchanged it meanwhile.
            _session = Read();
            if (!IsGood(_session, refused))
            {
                _session = await ExchangeAsync(_session);
            }
        }

        return _session.AccessToken;
    }

    /// <summary>Not to be interrupted: between the server's answer and the file there is nothing that could log in again.</summary>
    private async Task<Session> ExchangeAsync(Session session)
    {
        try
        {
            var tokens = await accounts.RefreshAsync(session.RefreshToken, CancellationToken.None);
            var next = Session.Of(session.Server, session.Email, tokens, time.GetUtcNow());
            store.Write(next);
            return next;
        }
        catch (ApiRefusal refusal) when (refusal.Status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            throw new CommandFailure($"the session of {session} has ended: log in again with `kinora login`.", CommandFailure.NotLoggedIn);
        }
    }

    private bool IsGood(Session session, string? refused) => session.AccessToken != refused && session.IsFresh(time.GetUtcNow());

    /// <summary>A token goes to nobody but the server that it came from, whoever has logged in elsewhere meanwhile.</summary>
    private Session Read() => store.Read() is { } session && session.Server == server
        ? session
        : throw new CommandFailure($"log in first: `kinora login --server {server.GetLeftPart(UriPartial.Authority)}`", CommandFailure.NotLoggedIn);
}
