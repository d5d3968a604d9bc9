using System.Net;
using System.Net.Sockets;
using Kinora.Cli.Servers;

namespace Kinora.Cli.Running;

/// <summary>All that one Kinora consists of, on one data folder: the stores that are not configured elsewhere, one API, the workers.</summary>
internal sealed class KinoraStack : IAsyncDisposable
{
    public const string DatabaseSetting = "Kinora__Database__ConnectionString";
    public const string RedisSetting = "Kinora__Redis__ConnectionString";

    /// <summary>The secret of the data folder that our own Redis asks for.</summary>
    public const string RedisPassword = "redis.password";
    private readonly FileStream _lock;
    private readonly DataFolder _folder;
    private readonly IProcessLog _log;
    private readonly Supervisor _supervisor;
    private readonly ProcessIdentity _self = ProcessIdentity.Of(Environment.ProcessId)!;
    private readonly Dictionary<string, string> _settings;
    private readonly int _port;
    private readonly Func<int, IReadOnlyList<string>>? _workerLauncher;
    private bool _isReady;
    private IReadOnlyList<RunningProcessState> _processes = [];

    private KinoraStack(DataFolder folder, FileStream @lock, int port, IProcessLog log, Func<int, IReadOnlyList<string>>? workerLauncher)
    {
        (_folder, _lock, _port, _log, _workerLauncher) = (folder, @lock, port, log, workerLauncher);
        _supervisor = new Supervisor(log, TimeProvider.System, processes => Write(processes));
        _settings = new Dictionary<string, string>
        {
            ["Kinora__Auth__Secret"] = folder.Secret("secret"),
            ["Kinora__Uploads__TmpDir"] = folder.Spool,
        };
    }

    public string Url => $"http://127.0.0.1:{_port}";

    /// <param name="port">0: a free one.</param>
    /// <param name="workerLauncher">By a worker's number, from 1 on, a command that becomes it: "taskset -c 1". Null: none.</param>
    /// <param name="settings">Of the API and the workers, where the user says nothing else.</param>
    /// <returns>The stack, once every process of it answers.</returns>
    public static async Task<KinoraStack> StartAsync(
        DataFolder folder, int port, int workers, Func<IProcessLog> openLog, CancellationToken cancellation,
        Func<int, IReadOnlyList<string>>? workerLauncher = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var @lock = folder.TryLock() ?? throw AlreadyRuns(folder);
        try
        {
            folder.Create();
            await EndLeftoversAsync(folder, cancellation);
            var stack = new KinoraStack(folder, @lock, ChoosePort(port), openLog(), workerLauncher);
            foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            {
                stack._settings[name] = value;
            }

            try
            {
                await stack.StartAsync(workers, cancellation);
                return stack;
            }
            catch
            {
                await stack.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await @lock.DisposeAsync();
            throw;
        }
    }

    public static CommandFailure AlreadyRuns(DataFolder folder) =>
        new($"a Kinora already runs on {folder.Root}: stop it with `kinora down --data-dir {folder.Root}`, or choose another --data-dir.");

    /// <summary>The data folder's own store, where none is configured.</summary>
    public static void AddStore(Dictionary<string, string> settings, Configuration configuration, DataFolder folder)
    {
        if (!configuration.HasSection("Kinora__Storage__"))
        {
            settings["Kinora__Storage__Kind"] = "Folder";
            settings["Kinora__Storage__Folder__Path"] = folder.Objects;
        }
    }

    public static async Task MigrateAsync(IReadOnlyDictionary<string, string> environment, IProcessLog log, CancellationToken cancellation)
    {
        var code = await HttpProcess.RunAsync(
            Installation.Program("Kinora.Api"), ["migrate"], environment, line => log.Write("migrate", line), cancellation);
        if (code != 0)
        {
            throw new CommandFailure($"the database could not be migrated (exit code {code}): see the lines of migrate {log.WhereToLook("migrate")}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.StopAsync(StopSignals.Hurry);
        await _supervisor.DisposeAsync();
        File.Delete(_folder.State);
        await _lock.DisposeAsync();
    }

    private static int ChoosePort(int port)
    {
        if (port == 0)
        {
            return FreePort.Find();
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return port;
        }
        catch (SocketException e)
        {
            throw new CommandFailure(e.SocketErrorCode == SocketError.AccessDenied
                ? $"port {port} needs more rights than this user has: choose another with --port."
                : $"port {port} is in use: choose another with --port, or --port 0 for a free one.");
        }
    }

    /// <summary>The lock is ours, so what still lives of an earlier run was left by a supervisor that was killed.</summary>
    public static async Task EndLeftoversAsync(DataFolder folder, CancellationToken cancellation)
    {
        var processes = RunState.Read(folder)?.Processes ?? [];
        await Task.WhenAll(processes.Where(p => p.Identity.IsAlive).Select(p => p.EndAsync(cancellation)));
    }

    private async Task StartAsync(int workers, CancellationToken cancellation)
    {
        Write([]);
        var configuration = Configuration.Read(_folder);
        if (configuration[DatabaseSetting] is null)
        {
            await _supervisor.StartAsync([await PlanPostgresAsync(cancellation)], cancellation);
        }

        if (configuration[RedisSetting] is null)
        {
            await _supervisor.StartAsync([PlanRedis()], cancellation);
        }

        AddStore(_settings, configuration, _folder);
        var environment = configuration.With(_settings);
        await MigrateAsync(environment, _log, cancellation);
        await _supervisor.StartAsync([PlanApi(environment), .. Enumerable.Range(1, workers).Select(n => PlanWorker(n, configuration))], cancellation);
        _isReady = true;
        Write(_processes);
    }

    private async Task<ProcessPlan> PlanPostgresAsync(CancellationToken cancellation)
    {
        var cluster = await PostgresPlace.FindAsync(_folder, _log, cancellation);
        var password = _folder.Secret("postgres.password");
        int? port = null;
        return new ProcessPlan("postgres", "postgres", async stop =>
        {
            // The same port at each start: the API and the workers know it already.
            var server = await PostgresServer.StartAsync(cluster, port, PostgresDurability.Full, stop, Lines("postgres"), password);
            port = server.Port;
            _settings[DatabaseSetting] = server.ConnectionString;
            return server;
        });
    }

    private ProcessPlan PlanRedis()
    {
        // Kept, so that `kinora board` finds it.
        var password = _folder.Secret(RedisPassword);
        int? port = null;
        return new ProcessPlan("redis", "redis", async stop =>
        {
            var server = await RedisServer.StartAsync(_folder.Redis, port, stop, Lines("redis"), password);
            port = server.Port;
            _settings[RedisSetting] = server.ConnectionString;
            return server;
        });
    }

    private ProcessPlan PlanApi(IReadOnlyDictionary<string, string> environment) =>
        new("api", "api", _ => HttpProcess.StartAsync(Installation.Program("Kinora.Api"), _port, environment, Lines("api")));

    private ProcessPlan PlanWorker(int number, Configuration configuration)
    {
        var name = $"worker-{number}";
        var settings = new Dictionary<string, string>(_settings) { ["Kinora__Worker__WorkDir"] = _folder.Work(name) };
        var environment = configuration.With(settings);
        var launcher = _workerLauncher?.Invoke(number);
        return new ProcessPlan(name, "worker", _ => HttpProcess.StartAsync(
            Installation.Program("Kinora.Worker"), FreePort.Find(), environment, Lines(name), launcher: launcher));
    }

    private Action<string> Lines(string process) => line => _log.Write(process, line);

    private void Write(IReadOnlyList<RunningProcessState> processes)
    {
        _processes = processes;
        new RunState(Url, _isReady, _self, processes).Write(_folder);
    }
}
