using System.CommandLine;
using Kinora.Cli.Running;
using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Commands;

/// <summary>
/// The store against the database, both ways, by the worker's own command. Beside a running Kinora, or on a data folder where none runs:
/// then its PostgreSQL is started for the time.
/// </summary>
internal static class FsckCommand
{
    private const string DatabaseSetting = "Kinora__Database__ConnectionString";
    private const string PasswordName = "postgres.password";

    public static Command Create()
    {
        var dataDir = CommonOptions.DataDir();
        var flags = new[]
        {
            new Option<bool>("--repair") { Description = "Remove what no row knows, and make damaged renditions and thumbnails again." },
            new Option<bool>("--checksums") { Description = "Read every object and compare its SHA-256." },
            new Option<bool>("--json") { Description = "One JSON object for each finding, and one for the sum." },
        };
        var command = new Command("fsck", "Compare the stored objects with the database.") { dataDir, flags[0], flags[1], flags[2] };
        command.SetAction((result, cancellation) => RunAsync(
            DataFolder.Of(result.GetValue(dataDir)), [.. flags.Where(result.GetValue).Select(f => f.Name)], cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder folder, string[] flags, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder.Root))
        {
            throw new CommandFailure($"{folder.Root} does not exist: name the data folder with --data-dir.", CommandFailure.BadUsage);
        }

        var configuration = Configuration.Read(folder);
        var settings = new Dictionary<string, string>();
        if (!configuration.HasSection("Kinora__Storage__"))
        {
            settings["Kinora__Storage__Kind"] = "Folder";
            settings["Kinora__Storage__Folder__Path"] = folder.Objects;
        }

        await using var database = configuration[DatabaseSetting] is null ? await FindDatabaseAsync(folder, settings, cancellation) : null;
        await using var process = await ChildProcess.StartAsync(
            OwnSession.Spec(Installation.Dotnet, [Installation.Program("Kinora.Worker"), "fsck", .. flags]) with
            {
                Environment = configuration.With(settings),
                WorkingDirectory = folder.Root,
            });
        return await process.Exited.WaitAsync(cancellation);
    }

    /// <returns>What was started for it; null: a Kinora runs on the folder, and its PostgreSQL with it.</returns>
    private static async Task<StartedDatabase?> FindDatabaseAsync(
        DataFolder folder, Dictionary<string, string> settings, CancellationToken cancellation)
    {
        if (RunState.ReadLive(folder)?.Processes.FirstOrDefault(p => p.Role == "postgres")?.Port is { } port)
        {
            settings[DatabaseSetting] = PostgresServer.ConnectionStringOf(port, PostgresServer.Database, folder.Secret(PasswordName));
            return null;
        }

        // Nobody starts a Kinora on it meanwhile.
        var @lock = folder.TryLock() ?? throw KinoraStack.AlreadyRuns(folder);
        try
        {
            var place = await PostgresPlace.FindAsync(folder, new ConsoleProcessLog(Console.Error, isTerminal: false), cancellation);
            var server = await PostgresServer.StartAsync(
                place, null, PostgresDurability.Full, cancellation, _ => { }, folder.Secret(PasswordName));
            settings[DatabaseSetting] = server.ConnectionString;
            return new StartedDatabase(server, @lock);
        }
        catch
        {
            await @lock.DisposeAsync();
            throw;
        }
    }

    private sealed class StartedDatabase(PostgresServer server, FileStream @lock) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            await @lock.DisposeAsync();
        }
    }
}
