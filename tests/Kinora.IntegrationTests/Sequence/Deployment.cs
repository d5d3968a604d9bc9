using System.Collections.Concurrent;
using System.Net;
using Kinora.Cli.Running;
using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Folders;
using Kinora.Core.Infra.Storage.S3;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Chaos.Network;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>
/// A whole Kinora as it is run in earnest: PostgreSQL and Redis of its own, the API and the workers as processes, a store. Waits are
/// short, so that what happens by itself happens within a test.
/// </summary>
public sealed class Deployment : IAsyncDisposable
{
    private const int KeptLines = 2000;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _servers = Path.Combine(Path.GetTempPath(), $"kinora-tests-{Guid.CreateVersion7()}");
    private readonly TestFolder _folder = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly List<KinoraProcess> _processes = [];
    private readonly Dictionary<string, string> _settings;
    private readonly S3StorageOptions? _bucket;
    private bool _isProxied;
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;
    private NpgsqlDataSource? _database;
    private int _users;

    private Deployment(S3StorageOptions? bucket, IEnumerable<string> settings)
    {
        _bucket = bucket;
        _settings = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",

            // Methods that are called often are compiled anew once nothing new was called for as long, by default for 100 ms: in processes
            // that live for seconds, that is a third of their CPU, and never pays.
            ["DOTNET_TC_CallCountingDelayMs"] = "2000",
            ["Kinora__Auth__Secret"] = ApiProcess.Secret,

            // The longest that is allowed: a full chaos test goes on with one login.
            ["Kinora__Auth__AccessTokenLifetime"] = "01:00:00",
            ["Kinora__RateLimits__CredentialsPerMinute"] = "1000000",
            ["Kinora__RateLimits__UploadsPerMinute"] = "1000000",
            ["Kinora__RateLimits__ApiPerMinute"] = "1000000",
            ["Kinora__RateLimits__PlaybackPerMinute"] = "1000000",
            ["Kinora__Uploads__TmpDir"] = UploadFolder,
            ["Kinora__Worker__WorkDir"] = WorkFolder,
            ["Kinora__Worker__Drain"] = "00:00:01",
            ["Kinora__Jobs__Beat"] = "00:00:00.2",
            ["Kinora__Jobs__DispatchInterval"] = "00:00:00.2",
            ["Kinora__Collector__Interval"] = "00:00:00.5",
            ["Kinora__Collector__AbandonedGrace"] = "00:00:01",

            // A worker that is stopped in the midst of a sweep keeps its batch from the others for as long.
            ["Kinora__Collector__BatchTime"] = "00:00:03",
        };
        AddStorage();
        foreach (var (name, value) in Parse(settings))
        {
            _settings[name] = value;
        }
    }

    /// <summary>The API that is started first; requests go to it.</summary>
    public KinoraProcess Api { get; private set; } = null!;

    public string StoreFolder => _folder.Path("objects");

    public string UploadFolder => _folder.Path("uploads");

    public string WorkFolder => _folder.Path("work");

    internal ArmedFailpoints Failpoints => new(_folder.Path("failpoints.log"));

    /// <summary>With a log of their own.</summary>
    internal ArmedFailpoints NewFailpoints() => new(_folder.Path($"{Guid.CreateVersion7()}.log"));

    public string RedisConnectionString => _redis.ConnectionString;

    /// <summary>As superuser.</summary>
    public NpgsqlDataSource Database => _database!;

    /// <summary>All that were ever started, the dead ones too.</summary>
    public IReadOnlyList<KinoraProcess> Processes
    {
        get
        {
            lock (_processes)
            {
                return [.. _processes];
            }
        }
    }

    /// <summary>The times and limits of the job protocol that hold for all processes.</summary>
    public JobOptions JobOptions => new ConfigurationBuilder()
        .AddInMemoryCollection(_settings.ToDictionary(s => s.Key.Replace("__", ":", StringComparison.Ordinal), s => (string?)s.Value))
        .Build().GetSection("Kinora:Jobs").Get<JobOptions>() ?? new JobOptions();

    public string DatabaseConnectionString => _postgres.ConnectionString;

    /// <summary>Where they are, on the loopback interface; the store, where it is S3.</summary>
    public IReadOnlyDictionary<NetworkPart, IPEndPoint> Servers
    {
        get
        {
            var servers = new Dictionary<NetworkPart, IPEndPoint>
            {
                [NetworkPart.Postgres] = new(IPAddress.Loopback, _postgres.Port),
                [NetworkPart.Redis] = new(IPAddress.Loopback, _redis.Port),
            };
            if (_bucket is not null)
            {
                servers[NetworkPart.Storage] = new(IPAddress.Loopback, new Uri(_bucket.Endpoint!).Port);
            }

            return servers;
        }
    }

    /// <summary>Between PostgreSQL and all processes of a deployment that was started behind proxies.</summary>
    public TcpProxy PostgresProxy { get; private set; } = null!;

    /// <summary>As <see cref="PostgresProxy"/>.</summary>
    public TcpProxy RedisProxy { get; private set; } = null!;

    /// <summary>The last warnings and errors of all processes, for the complaint of a test that waited in vain.</summary>
    public string Log => string.Join('\n', _lines.Where(l => !l.Contains("\"level\":\"Information\"", StringComparison.Ordinal)).TakeLast(60));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="bucket">Null: a folder.</param>
    /// <param name="settings">For all processes: "Kinora__Jobs__Lease=00:00:03".</param>
    /// <returns>With one API and no worker.</returns>
    public static Task<Deployment> StartAsync(S3StorageOptions? bucket, params string[] settings) =>
        StartAsync(new Deployment(bucket, settings));

    /// <summary>With <see cref="PostgresProxy"/> and <see cref="RedisProxy"/> between the servers and all processes.</summary>
    public static Task<Deployment> StartBehindProxiesAsync(S3StorageOptions? bucket, params string[] settings) =>
        StartAsync(new Deployment(bucket, settings) { _isProxied = true });

    private static async Task<Deployment> StartAsync(Deployment deployment)
    {
        try
        {
            await deployment.StartAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public Task<KinoraProcess> StartWorkerAsync(params string[] settings) => StartProcessAsync("Kinora.Worker", settings);

    public Task<KinoraProcess> StartWorkerAsync(NetworkHost host, params string[] settings) =>
        StartProcessAsync("Kinora.Worker", [.. host.Settings, .. settings], host);

    /// <summary>Not waited for: it may die before it is ready.</summary>
    public Task<KinoraProcess> LaunchWorkerAsync(params string[] settings) => LaunchAsync("Kinora.Worker", settings);

    /// <param name="launcher">A command that becomes the worker.</param>
    public Task<KinoraProcess> LaunchWorkerAsync(IReadOnlyList<string> launcher, params string[] settings) =>
        LaunchAsync("Kinora.Worker", settings, launcher: launcher);

    public Task<KinoraProcess> StartApiAsync(params string[] settings) => StartProcessAsync("Kinora.Api", settings);

    /// <summary>A new user, logged in.</summary>
    public async Task<KinoraClient> CreateUserAsync(KinoraProcess? api = null)
    {
        var email = $"user{Interlocked.Increment(ref _users)}@example.org";
        return await KinoraClient.RegisterAsync((api ?? Api).Address, email, () => Log, Cancellation);
    }

    public IObjectStore OpenStore() => _bucket is null
        ? new FolderObjectStore(new FolderStorageOptions { Path = StoreFolder })
        : new S3ObjectStore(_bucket, NullLogger<S3ObjectStore>.Instance);

    /// <summary>The keys of all objects of a video.</summary>
    public async Task<List<string>> ListObjectsAsync(Guid videoId)
    {
        var store = OpenStore();
        using var disposable = store as IDisposable;
        var keys = new List<string>();
        foreach (var prefix in (string[])[$"sources/{videoId}/", $"derivatives/{videoId}/"])
        {
            await foreach (var item in store.ListAsync(prefix, Cancellation))
            {
                keys.Add(item.Key);
            }
        }

        return keys;
    }

    /// <summary>What attempts have in their scratch folders; the folders themselves and their locks do not count.</summary>
    public IReadOnlyList<string> ListScratchFiles() => !Directory.Exists(WorkFolder) ? [] : [
        .. Directory.EnumerateFiles(WorkFolder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != ".lock")];

    public async Task<NpgsqlConnection> OpenDatabaseAsync() => await _database!.OpenConnectionAsync(Cancellation);

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = _database!.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>Runs the worker's fsck on the deployment.</summary>
    /// <returns>Its exit code and its lines.</returns>
    public async Task<(int Code, IReadOnlyList<string> Lines)> FsckAsync(params string[] arguments)
    {
        var lines = new ConcurrentQueue<string>();
        var code = await HttpProcess.RunAsync(
            Program("Kinora.Worker"), ["fsck", .. arguments], _settings, lines.Enqueue, Cancellation, onErrorLine: Keep);
        return (code, [.. lines]);
    }

    public Task StopRedisAsync() => _redis.DisposeAsync().AsTask();

    public async Task StartRedisAgainAsync() =>
        _redis = await RedisServer.StartAsync(Path.Combine(_servers, "redis"), _redis.Port, Cancellation);

    public void SignalRedis(PosixSignalNumber signal) => _redis.Signal(signal);

    /// <summary>Dead at once, and started again with what its append-only file holds.</summary>
    public async Task KillRedisAsync()
    {
        _redis.Signal(PosixSignalNumber.Kill);
        await _redis.Exited;
    }

    /// <summary>SIGSTOP stops the postmaster alone: its backends, which do the work, are stopped with it.</summary>
    public async Task SignalPostgresAsync(PosixSignalNumber signal)
    {
        foreach (var pid in (int[])[_postgres.Id, .. KinoraProcess.ChildrenOf(_postgres.Id)])
        {
            await using var kill = await ChildProcess.StartAsync(new ChildProcessSpec("kill", [$"-{(int)signal}", $"{pid}"]) { OnErrorLine = _ => { } });
            await kill.Exited;
        }
    }

    /// <summary>An immediate shutdown, as after a crash, and a recovery.</summary>
    public async Task RestartPostgresAtOnceAsync()
    {
        _postgres.Signal(PosixSignalNumber.Quit);
        await _postgres.Exited;
        await StartPostgresAgainAsync();
    }

    public Task StopPostgresAsync() => _postgres.DisposeAsync().AsTask();

    public async Task StartPostgresAgainAsync()
    {
        _postgres = await PostgresServer.StartAsync(
            Path.Combine(_servers, "postgres"), _postgres.Port, PostgresDurability.Process, Cancellation);

        // Of the test's own connections none has outlived the server.
        _database!.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Processes.Select(p => p.DisposeAsync().AsTask()));
        foreach (var disposable in (IAsyncDisposable?[])[_database, PostgresProxy, RedisProxy, _postgres, _redis])
        {
            if (disposable is not null)
            {
                await disposable.DisposeAsync();
            }
        }

        _folder.Dispose();
        Directory.Delete(_servers, recursive: true);
    }

    private static IEnumerable<(string Name, string Value)> Parse(IEnumerable<string> settings) =>
        settings.Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]));

    private void AddStorage()
    {
        _settings["Kinora__Storage__Kind"] = _bucket is null ? "Folder" : "S3";
        _settings["Kinora__Storage__Folder__Path"] = StoreFolder;
        if (_bucket is not null)
        {
            const string prefix = "Kinora__Storage__S3__";
            _settings[prefix + "Endpoint"] = _bucket.Endpoint!;
            _settings[prefix + "Bucket"] = _bucket.Bucket;
            _settings[prefix + "AccessKey"] = _bucket.AccessKey!;
            _settings[prefix + "SecretKey"] = _bucket.SecretKey!;
            _settings[prefix + "ChecksumMode"] = _bucket.ChecksumMode.ToString();
            _settings[prefix + "UseChunkEncoding"] = _bucket.UseChunkEncoding.ToString();
            _settings[prefix + "CreateBucket"] = _bucket.CreateBucket.ToString();
        }
    }

    private async Task StartAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(StartTimeout);
        Directory.CreateDirectory(_servers);
        var cluster = Path.Combine(_servers, "postgres");
        await MigratedCluster.CopyAsync(cluster, timeout.Token);
        _postgres = await PostgresServer.StartAsync(cluster, null, PostgresDurability.Process, timeout.Token);
        _redis = await RedisServer.StartAsync(Path.Combine(_servers, "redis"), null, timeout.Token);
        _database = NpgsqlDataSource.Create(_postgres.ConnectionString);
        PostgresProxy = TcpProxy.Start(new IPEndPoint(IPAddress.Loopback, _postgres.Port), IPAddress.Loopback);
        RedisProxy = TcpProxy.Start(new IPEndPoint(IPAddress.Loopback, _redis.Port), IPAddress.Loopback);
        _settings["Kinora__Database__ConnectionString"] = _isProxied ? $"{DatabaseConnectionString};Port={PostgresProxy.Port}" : DatabaseConnectionString;
        _settings["Kinora__Redis__ConnectionString"] = _isProxied ? RedisProxy.Address.ToString() : RedisConnectionString;
        Api = await StartApiAsync();
    }

    private async Task<KinoraProcess> StartProcessAsync(string project, string[] settings, NetworkHost? host = null)
    {
        var process = await LaunchAsync(project, settings, host);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(StartTimeout);
        while (!await process.IsReadyAsync(timeout.Token))
        {
            Assert.False(process.Exited.IsCompleted, Log);
            await Task.Delay(ReadyInterval, timeout.Token);
        }

        return process;
    }

    private async Task<KinoraProcess> LaunchAsync(
        string project, string[] settings, NetworkHost? host = null, IReadOnlyList<string>? launcher = null)
    {
        var environment = new Dictionary<string, string>(_settings);
        foreach (var (name, value) in Parse(settings))
        {
            environment[name] = value;
        }

        var address = host?.Address ?? "127.0.0.1";
        var process = new KinoraProcess(
            await HttpProcess.StartAsync(Program(project), FreePort.Find(), environment, Keep, address, host?.Launcher ?? launcher), address);
        lock (_processes)
        {
            _processes.Add(process);
        }

        return process;
    }

    private static string Program(string project) => Path.Combine(AppContext.BaseDirectory, project + ".dll");

    private void Keep(string line)
    {
        _lines.Enqueue(line);
        if (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }
}
