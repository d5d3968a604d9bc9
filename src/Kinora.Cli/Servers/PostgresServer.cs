using System.Text;
using Kinora.Core.Infra.Processes;
using Npgsql;

namespace Kinora.Cli.Servers;

public enum PostgresDurability
{
    /// <summary>Acknowledged commits survive a power cut.</summary>
    Full,

    /// <summary>For tests alone: nothing is forced to disk.</summary>
    None,
}

/// <summary>
/// A PostgreSQL cluster of our own on a loopback port, trusted by password-less local connections. As root it runs as the user
/// "postgres", to whom the folder is given: PostgreSQL refuses to run as root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Database = "kinora";
    private const string SuperUser = "kinora";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;

    private PostgresServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Id => _process.Id;

    public int Port { get; }

    public string ConnectionString => ConnectionStringOf(Port, Database);

    public Task<int> Exited => _process.Exited;

    /// <param name="folder">The cluster's folder, made when missing; the user "postgres" must be able to search the folders above it.</param>
    /// <param name="port">Null: a free one.</param>
    public static async Task<PostgresServer> StartAsync(
        string folder, int? port, PostgresDurability durability, CancellationToken cancellation, Action<string>? onLine = null)
    {
        var data = Path.GetFullPath(folder);
        var listen = port ?? FreePort.Find();
        onLine ??= _ => { };
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            await InitializeAsync(data, durability, cancellation);
        }

        var arguments = new List<string>
        {
            "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", $"port={listen}", "-c", "unix_socket_directories=",
            "-c", "max_connections=200", "-c", "timezone=UTC",
        };
        if (durability == PostgresDurability.None)
        {
            arguments.AddRange(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }

        var process = await ChildProcess.StartAsync(new ChildProcessSpec(Program("postgres"), arguments)
        {
            User = User,
            // TERM would wait for all clients to go; the parent's death must not: postgres takes KILL of the postmaster as a crash and
            // recovers at the next start, and its children end by themselves when the postmaster is gone.
            ParentDeathSignal = PosixSignalNumber.Kill,
            OnOutputLine = onLine,
            OnErrorLine = onLine,
        });
        var server = new PostgresServer(process, listen);
        try
        {
            await ServerReady.WaitAsync("PostgreSQL", process, () => AnswersAsync(listen, cancellation), StartTimeout, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static string ConnectionStringOf(int port, string database) =>
        $"Host=127.0.0.1;Port={port};Username={SuperUser};Database={database};Include Error Detail=false";

    /// <summary>Makes an empty database beside the main one and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellation)
    {
        await ExecuteAsync(Port, $"CREATE DATABASE \"{name}\"", cancellation);
        return ConnectionStringOf(Port, name);
    }

    public void Signal(PosixSignalNumber signal) => _process.Signal(signal);

    /// <summary>A fast shutdown: open transactions are rolled back, clients are cut off.</summary>
    public Task StopAsync() => _process.StopAsync(TimeSpan.FromSeconds(30), PosixSignalNumber.Interrupt);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
    }

    private static string? User => Environment.IsPrivilegedProcess ? "postgres" : null;

    private static async Task InitializeAsync(string data, PostgresDurability durability, CancellationToken cancellation)
    {
        Directory.CreateDirectory(data);
        if (User is { } user)
        {
            await RunAsync("chown", [$"{user}:{user}", data], asUser: null, cancellation);
        }

        List<string> arguments =
            ["-D", data, "-U", SuperUser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"];
        if (durability == PostgresDurability.None)
        {
            arguments.Add("--no-sync");
        }

        await RunAsync(Program("initdb"), arguments, User, cancellation);
    }

    private static async Task RunAsync(
        string program, IReadOnlyList<string> arguments, string? asUser, CancellationToken cancellation)
    {
        var output = new StringBuilder();
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(program, arguments)
        {
            User = asUser,
            OnOutputLine = _ => { },
            OnErrorLine = line => output.AppendLine(line),
        });
        if (await process.Exited.WaitAsync(cancellation) is not 0 and var code)
        {
            throw new InvalidOperationException($"{program} failed with exit code {code}: {output.ToString().Trim()}");
        }
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync(port, "SELECT 1", cancellation);
            await using var own = new NpgsqlConnection(ConnectionStringOf(port, Database) + ";Pooling=false;Timeout=2");
            await own.OpenAsync(cancellation);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await ExecuteAsync(port, $"CREATE DATABASE {Database}", cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(int port, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf(port, "postgres") + ";Pooling=false;Timeout=2");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Debian keeps the server's programs out of PATH, in a folder of each version.</summary>
    private static string Program(string name)
    {
        const string versions = "/usr/lib/postgresql";
        var newest = Directory.Exists(versions)
            ? Directory.GetDirectories(versions)
                .Where(d => File.Exists(Path.Combine(d, "bin", name)))
                .MaxBy(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0)
            : null;
        return newest is null ? name : Path.Combine(newest, "bin", name);
    }
}
