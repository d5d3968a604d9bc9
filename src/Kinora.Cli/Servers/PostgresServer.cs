using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;
using Npgsql;

namespace Kinora.Cli.Servers;

public enum PostgresDurability
{
    /// <summary>Acknowledged commits survive a power cut.</summary>
    Full,

    /// <summary>For tests alone: acknowledged commits survive the server's death, not the machine's.</summary>
    Process,

    /// <summary>For tests alone: nothing is forced to disk, and a server that is killed forgets what it acknowledged last.</summary>
    None,
}

/// <summary>
/// A PostgreSQL cluster of our own on a loopback port. As root it runs as the user "postgres", to whom the folder is given:
/// PostgreSQL refuses to run as root.
/// </summary>
public sealed class PostgresServer : IRunningProcess
{
    public const string Database = "kinora";
    private const string SuperUser = "kinora";
    private const string VersionFile = "PG_VERSION";
    private const string QuickLook = ";Pooling=false;Timeout=2";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;
    private readonly string? _password;

    private PostgresServer(ChildProcess process, int port, string? password) => (_process, Port, _password) = (process, port, password);

    public int Id => _process.Id;

    public int Port { get; }

    int? IRunningProcess.Port => Port;

    public string ConnectionString => ConnectionStringOf(Port, Database, _password);

    public Task<int> Exited => _process.Exited;

    /// <param name="folder">The cluster's folder, made when missing; the user "postgres" must be able to search the folders above it.</param>
    /// <param name="port">Null: a free one.</param>
    /// <param name="password">The one that the cluster was made with; null: any local process may connect.</param>
    public static async Task<PostgresServer> StartAsync(
        string folder, int? port, PostgresDurability durability, CancellationToken cancellation, Action<string>? onLine = null,
        string? password = null)
    {
        var data = Path.GetFullPath(folder);
        var listen = port ?? FreePort.Find();
        onLine ??= _ => { };
        if (!File.Exists(Path.Combine(data, VersionFile)))
        {
            await PostgresCluster.CreateAsync(data, SuperUser, durability, password, cancellation);
        }

        await PostgresCluster.EndLeftoverAsync(data, cancellation);
        var arguments = new List<string>
        {
            "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", $"port={listen}", "-c", "unix_socket_directories=",
            "-c", "max_connections=200", "-c", "timezone=UTC",
        };
        if (durability != PostgresDurability.Full)
        {
            // A commit is in the kernel's cache when it is acknowledged, unless it is asynchronous; pages are torn by machines alone.
            arguments.AddRange(["-c", "fsync=off", "-c", "full_page_writes=off"]);
            arguments.AddRange(["-c", $"synchronous_commit={(durability == PostgresDurability.None ? "off" : "on")}"]);
        }

        // A cluster is read by the version that made it and by no other.
        var version = (await File.ReadAllTextAsync(Path.Combine(data, VersionFile), cancellation)).Trim();
        var process = await ChildProcess.StartAsync(OwnSession.Spec(PostgresCluster.Program("postgres", version), arguments) with
        {
            User = PostgresCluster.User,
            // TERM would wait for all clients to go; the parent's death must not: postgres takes KILL of the postmaster as a crash and
            // recovers at the next start, and its children end by themselves when the postmaster is gone.
            ParentDeathSignal = PosixSignalNumber.Kill,
            OnOutputLine = onLine,
            OnErrorLine = onLine,
        });
        var server = new PostgresServer(process, listen, password);
        try
        {
            await ServerReady.WaitAsync("PostgreSQL", process, () => server.AnswersAsync(cancellation), StartTimeout, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static string ConnectionStringOf(int port, string database, string? password = null) =>
        $"Host=127.0.0.1;Port={port};Username={SuperUser};{(password is null ? "" : $"Password={password};")}Database={database};Include Error Detail=false";

    /// <summary>Makes an empty database beside the main one and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellation)
    {
        await ExecuteAsync($"CREATE DATABASE \"{name}\"", cancellation);
        return ConnectionStringOf(Port, name, _password);
    }

    public Task<bool> IsReadyAsync(CancellationToken cancellation) => AnswersAsync(cancellation);

    public void Signal(PosixSignalNumber signal) => _process.Signal(signal);

    /// <summary>A fast shutdown: open transactions are rolled back, clients are cut off.</summary>
    public Task StopAsync() => _process.StopAsync(TimeSpan.FromSeconds(30), PosixSignalNumber.Interrupt);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync("SELECT 1", cancellation);
            await using var own = new NpgsqlConnection(ConnectionString + QuickLook);
            await own.OpenAsync(cancellation);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await ExecuteAsync($"CREATE DATABASE {Database}", cancellation);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new InvalidOperationException("the cluster was made with another password.");
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf(Port, "postgres", _password) + QuickLook);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
