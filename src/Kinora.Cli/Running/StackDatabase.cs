using Kinora.Cli.Servers;

namespace Kinora.Cli.Running;

/// <summary>
/// What a program needs that works on a data folder's rows and objects: the database of the Kinora that runs there, or one that is started
/// for the time. No Redis: whoever runs next hands over what is to be done.
/// </summary>
internal sealed class StackDatabase : IAsyncDisposable
{
    private const string Database = "kinora";
    private FileStream? _lock;
    private PostgresServer? _server;

    private StackDatabase()
    {
    }

    /// <summary>The variables for one of our programs.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    public static async Task<StackDatabase> OpenAsync(DataFolder folder, IProcessLog log, CancellationToken cancellation)
    {
        var stack = new StackDatabase();
        try
        {
            await stack.OpenCoreAsync(folder, log, cancellation);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_lock is not null)
        {
            await _lock.DisposeAsync();
        }
    }

    private async Task OpenCoreAsync(DataFolder folder, IProcessLog log, CancellationToken cancellation)
    {
        var configuration = Configuration.Read(folder);
        var settings = new Dictionary<string, string> { ["Kinora__Auth__Secret"] = folder.Secret("secret") };
        KinoraStack.AddStore(settings, configuration, folder);
        var live = RunState.ReadLive(folder);
        if (live is null)
        {
            _lock = folder.TryLock() ?? throw new CommandFailure($"another command is at work on {folder.Root}: try again later.");
        }

        if (configuration[KinoraStack.DatabaseSetting] is null)
        {
            settings[KinoraStack.DatabaseSetting] = live is null
                ? await StartAsync(folder, log, cancellation)
                : PostgresServer.ConnectionStringOf(PortOf(live), Database, folder.Secret("postgres.password"));
        }

        Environment = configuration.With(settings);

        // Only our own: whoever names a database elsewhere may have other processes at it, of an older version.
        if (_server is not null)
        {
            await KinoraStack.MigrateAsync(Environment, log, cancellation);
        }
    }

    private static int PortOf(RunState live) =>
        live.IsReady && live.Processes.FirstOrDefault(p => p.Role == "postgres")?.Port is { } port
            ? port
            : throw new CommandFailure("Kinora is still starting there: try again when it is ready.");

    private async Task<string> StartAsync(DataFolder folder, IProcessLog log, CancellationToken cancellation)
    {
        await KinoraStack.EndLeftoversAsync(folder, cancellation);
        var cluster = await PostgresPlace.FindAsync(folder, log, cancellation);
        if (!File.Exists(Path.Combine(cluster, "PG_VERSION")))
        {
            throw new CommandFailure($"there is no Kinora in {folder.Root} yet: start one with `kinora up`.");
        }

        try
        {
            _server = await PostgresServer.StartAsync(
                cluster, null, PostgresDurability.Full, cancellation, line => log.Write("postgres", line), folder.Secret("postgres.password"));
            return _server.ConnectionString;
        }
        catch (InvalidOperationException e)
        {
            throw new CommandFailure($"postgres did not start: {e.Message}");
        }
    }
}
