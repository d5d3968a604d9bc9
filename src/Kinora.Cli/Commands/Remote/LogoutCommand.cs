using System.CommandLine;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;

namespace Kinora.Cli.Commands.Remote;

/// <summary>Ends the session, here whatever happens, and at the server where that answers.</summary>
internal static class LogoutCommand
{
    public static Command Create()
    {
        var command = new Command("logout", "Forget the session of `kinora login`, and end it at the server.");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var store = SessionStore.OfUser();
        Session? session;
        using (await store.LockAsync(TimeProvider.System, cancellation))
        {
            session = TryRead(store);
            store.Delete();
        }

        if (session is null)
        {
            await Console.Out.WriteLineAsync("nobody was logged in.");
            return 0;
        }

        try
        {
            using var connection = new ApiConnection(session.Server, null, TimeProvider.System);
            await new Accounts(connection).LogOutAsync(session.RefreshToken, cancellation);
            await Console.Out.WriteLineAsync($"logged out at {session.Server.GetLeftPart(UriPartial.Authority)}");
        }
        catch (CommandFailure failure)
        {
            await Console.Error.WriteLineAsync($"kinora: the session is forgotten here; the server was not told: {failure.Message}");
        }

        return 0;
    }

    /// <summary>A file that is damaged is to go as well.</summary>
    private static Session? TryRead(SessionStore store)
    {
        try
        {
            return store.Read();
        }
        catch (CommandFailure failure) when (failure.ExitCode == CommandFailure.NotLoggedIn)
        {
            return null;
        }
    }
}
