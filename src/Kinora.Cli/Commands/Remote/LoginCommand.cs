using System.CommandLine;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Running;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Commands.Remote;

/// <summary>Keeps a session of a server on this machine. The password is typed or comes by a pipe: in an argument all users could read it.</summary>
internal static class LoginCommand
{
    public static Command Create()
    {
        var server = new Option<string?>("--server")
        {
            Description = "The server's address [default: KINORA_SERVER, else that of the last login, else what runs on this machine].",
        };
        var email = new Option<string?>("--email") { Description = "Asked for on a terminal." };
        var stdin = new Option<bool>("--password-stdin") { Description = "Read the password from the input, its first line." };
        var register = new Option<bool>("--register") { Description = "Open the account first." };
        var dataDir = CommonOptions.DataDir();
        var command = new Command("login", "Log in to a server, for the other commands.") { server, email, stdin, register, dataDir };
        command.SetAction((result, cancellation) => RunAsync(
            RemoteAccess.ChooseServer(result.GetValue(server), DataFolder.Of(result.GetValue(dataDir))),
            result.GetValue(email),
            result.GetValue(stdin),
            result.GetValue(register),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Uri server, string? email, bool fromInput, bool register, CancellationToken cancellation)
    {
        if (server is { Scheme: "http", IsLoopback: false })
        {
            await Console.Error.WriteLineAsync($"kinora: warning: the password goes to {server.Host} unencrypted; https:// would hide it.");
        }

        email ??= !fromInput && Question.IsPossible
            ? await Question.TextAsync("E-mail:", cancellation)
            : throw new CommandFailure("name the account with --email.", CommandFailure.BadUsage);
        var credentials = new Credentials(email, await ReadPasswordAsync(fromInput, register, cancellation));
        using var connection = new ApiConnection(server, null, TimeProvider.System);
        var accounts = new Accounts(connection);
        if (register)
        {
            await accounts.RegisterAsync(credentials, cancellation);
        }

        var tokens = await accounts.LogInAsync(credentials, cancellation);
        var session = Session.Of(server, email, tokens, TimeProvider.System.GetUtcNow());
        var store = SessionStore.OfUser();
        using (await store.LockAsync(TimeProvider.System, cancellation))
        {
            store.Write(session);
        }

        await Console.Out.WriteLineAsync($"logged in at {server.GetLeftPart(UriPartial.Authority)} as {TerminalText.Clean(email)}");
        return 0;
    }

    private static async Task<string> ReadPasswordAsync(bool fromInput, bool isNew, CancellationToken cancellation)
    {
        if (fromInput)
        {
            return await Console.In.ReadLineAsync(cancellation) is { Length: > 0 } line
                ? line
                : throw new CommandFailure("the input has no password in its first line.", CommandFailure.BadUsage);
        }

        if (!Question.IsPossible)
        {
            throw new CommandFailure("there is no terminal to ask for the password: give it with --password-stdin.", CommandFailure.BadUsage);
        }

        var password = await Question.SecretAsync("Password:", cancellation);
        return !isNew || await Question.SecretAsync("Again:", cancellation) == password
            ? password
            : throw new CommandFailure("the two passwords differ.", CommandFailure.BadUsage);
    }
}
