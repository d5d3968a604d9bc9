using System.CommandLine;
using System.CommandLine.Help;
using Kinora.Cli.Commands.Remote;

namespace Kinora.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Kinora, a self-hosted video service.")
        {
            DemoCommand.Create(),
            UpCommand.Create(),
            StatusCommand.Create(),
            DownCommand.Create(),
            FsckCommand.Create(),
            BoardCommand.Create(),
            TestCommand.Create(),
            BenchCommand.Create(),
        };
        var remote = CreateRemote();
        foreach (var command in remote)
        {
            root.Subcommands.Add(command);
        }

        // The option is the root's, and stands for all commands below it.
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExitCodesHelp((HelpAction)help.Action!, remote);
        return root;
    }

    /// <summary>Those that talk to a server, wherever that is. The shell's `kinora` lists them too: they need less to be built.</summary>
    public static IReadOnlyList<Command> CreateRemote() =>
        [LoginCommand.Create(), LogoutCommand.Create(), UploadCommand.Create(), VideosCommand.Create(), JobsCommand.Create()];
}
