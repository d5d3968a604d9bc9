using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Redis;

/// <summary>
/// The process's connection for ordinary commands, made at the first use. While Redis is away commands fail at once instead of waiting for
/// it, and the connection comes back by itself.
/// </summary>
public sealed partial class RedisConnection(IOptions<RedisOptions> options, ILogger<RedisConnection> logger) : IAsyncDisposable
{
    private static readonly Version OldestVersion = new(6, 2);

    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private Task _checking = Task.CompletedTask;
    private bool _disposed;

    static RedisConnection() =>
        // Replies are then read by threads of the library: a pool that is starved (by synchronous work of ours) must not cost a lock its
        // renewal.
        ConnectionMultiplexer.SetFeatureFlag("DedicatedThreads", true);

    /// <summary>The database once it was connected to, for those who cannot await.</summary>
    public IDatabase? DatabaseIfConnected
    {
        get
        {
            lock (_gate)
            {
#pragma warning disable RS0030 // completed
                return _connecting is { IsCompletedSuccessfully: true } connected ? connected.Result.GetDatabase() : null;
#pragma warning restore RS0030
            }
        }
    }

    public async Task<IDatabase> GetDatabaseAsync(CancellationToken cancellation) => (await GetAsync(cancellation)).GetDatabase();

    public async Task<ISubscriber> GetSubscriberAsync(CancellationToken cancellation) => (await GetAsync(cancellation)).GetSubscriber();

    /// <summary>A connection of its own for a command that blocks: on a shared one everything else would wait behind it.</summary>
    /// <param name="longest">How long its commands may take.</param>
    internal Task<ConnectionMultiplexer> OpenBlockingAsync(string clientName, TimeSpan longest)
    {
        var configuration = Configure();
        configuration.ClientName = clientName;
        configuration.AsyncTimeout = (int)(longest + options.Value.CommandTimeout).TotalMilliseconds;
        // No second socket for messages that nobody reads here.
        configuration.ConfigurationChannel = "";
        return ConnectionMultiplexer.ConnectAsync(configuration);
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate)
        {
            _disposed = true;
            connecting = _connecting;
        }

        if (connecting is not null)
        {
            await using var connection = await connecting;
            await _checking;
        }
    }

    private Task<ConnectionMultiplexer> GetAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connecting = ConnectAsync();
            }

            return _connecting.WaitAsync(cancellation);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(Configure());
        connection.ConnectionFailed += (_, e) =>
        {
            if (e.ConnectionType == ConnectionType.Interactive)
            {
                LogLost(e.FailureType);
            }
        };
        connection.ConnectionRestored += (_, e) =>
        {
            if (e.ConnectionType == ConnectionType.Interactive)
            {
                LogRestored();
                _checking = CheckAsync(connection);
            }
        };
        if (connection.IsConnected)
        {
            _checking = CheckAsync(connection);
        }
        else
        {
            LogLost(ConnectionFailureType.UnableToConnect);
        }

        return connection;
    }

    private ConfigurationOptions Configure()
    {
        var configuration = ConfigurationOptions.Parse(options.Value.ConnectionString);
        // A process starts and goes on while Redis is away.
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = (int)options.Value.ConnectTimeout.TotalMilliseconds;
        configuration.SyncTimeout = (int)options.Value.CommandTimeout.TotalMilliseconds;
        configuration.AsyncTimeout = configuration.SyncTimeout;
        // The default grows to a minute: too long for a queue.
        configuration.ReconnectRetryPolicy = new LinearRetry(500);
        // CLIENT ID and CLIENT UNBLOCK count as commands of an administrator.
        configuration.AllowAdmin = true;
        return configuration;
    }

    private async Task CheckAsync(ConnectionMultiplexer connection)
    {
        try
        {
            // Not CONFIG GET: hosted servers often forbid it.
            var lines = (string?)await connection.GetDatabase().ExecuteAsync("INFO", "everything") ?? "";
            if (Version.TryParse(Field(lines, "redis_version"), out var version) && version < OldestVersion)
            {
                LogOldVersion(version, OldestVersion);
            }

            if (Field(lines, "maxmemory_policy") is { Length: > 0 } policy && policy != "noeviction")
            {
                LogEviction(policy);
            }
        }
        catch (Exception e) when (RedisFailure.Is(e))
        {
            LogUnchecked(e);
        }
    }

    private static string? Field(string lines, string name)
    {
        var line = lines.Split('\n').FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return line?[(name.Length + 1)..].Trim();
    }

    [LoggerMessage(LogLevel.Warning, "Redis is away: {failure}")]
    private partial void LogLost(ConnectionFailureType failure);

    [LoggerMessage(LogLevel.Information, "Redis is back")]
    private partial void LogRestored();

    [LoggerMessage(LogLevel.Warning, "Redis {version} is older than {oldest}, which the queue is made for")]
    private partial void LogOldVersion(Version version, Version oldest);

    [LoggerMessage(LogLevel.Warning, "Redis evicts keys (maxmemory-policy {policy}): set noeviction, or queued messages may vanish")]
    private partial void LogEviction(string policy);

    [LoggerMessage(LogLevel.Information, "Redis did not say its version and eviction policy")]
    private partial void LogUnchecked(Exception exception);
}
