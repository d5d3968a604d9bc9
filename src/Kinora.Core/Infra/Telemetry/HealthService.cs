using System.Reflection;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>
/// How this process and what it depends on are. The database alone decides readiness: without Redis jobs wait in PostgreSQL, without
/// storage what needs it is refused, and taking every replica out of the balancer would help neither.
/// </summary>
public sealed class HealthService
{
    public static readonly string Version =
        typeof(HealthService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    private readonly string _role;
    private readonly TimeProvider _time;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly long _startedAt;
    private readonly HealthCheck _database;
    private readonly HealthCheck[] _checks;
    private readonly Sandbox? _sandbox;

    public HealthService(
        ProcessRole role, NpgsqlDataSource database, IJobQueue queue, IObjectStore store, IHostApplicationLifetime lifetime,
        TimeProvider time, ILogger<HealthService> logger, Sandbox? sandbox = null)
    {
        _sandbox = sandbox;
        _role = role.Name;
        _time = time;
        _lifetime = lifetime;
        _startedAt = time.GetTimestamp();
        _database = new HealthCheck("db", cancellation => QueryAsync(database, cancellation), time, logger);
        _checks =
        [
            _database,
            new HealthCheck("redis", queue.PingAsync, time, logger),
            new HealthCheck("storage", store.PingAsync, time, logger),
        ];
    }

    /// <summary>That the process lives; asks nothing of anyone.</summary>
    public HealthReport Live() => Report("ok", new Dictionary<string, HealthCheckReport>());

    /// <summary>All checks at the same time; answers within a second whatever hangs.</summary>
    public async Task<HealthReport> CheckAsync(CancellationToken cancellation)
    {
        var reports = await Task.WhenAll(_checks.Select(check => check.RunAsync(cancellation)));
        var checks = _checks.Zip(reports).ToDictionary(pair => pair.First.Name, pair => pair.Second);
        var status = _lifetime.ApplicationStopping.IsCancellationRequested ? "stopping"
            : checks[_database.Name].Status != "ok" ? "down"
            : checks.Values.Any(check => check.Status != "ok") ? "degraded"
            : "ok";
        return Report(status, checks);
    }

    private HealthReport Report(string status, IReadOnlyDictionary<string, HealthCheckReport> checks) =>
        new(_role, status, (long)_time.GetElapsedTime(_startedAt).TotalSeconds, Version, checks, _sandbox?.Kind?.ToString().ToLowerInvariant());

    private static async Task QueryAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellation);
    }
}
