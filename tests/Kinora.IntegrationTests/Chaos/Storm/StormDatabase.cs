using Kinora.Cli.Servers;
using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>A PostgreSQL of the storms' own: the real schema in a template, and for each storm a copy of it that logs every change of a job.</summary>
public sealed class StormDatabase : IAsyncLifetime
{
    private const string Template = "storm_template";

    /// <summary>
    /// Sequence numbers of one job's rows are in the order of its changes: the row is locked meanwhile. "began" is when the client's
    /// statement arrived: what was over before that, the statement must have seen.
    /// </summary>
    private const string Audit = """
        CREATE TABLE job_log (
          seq bigserial PRIMARY KEY, job uuid, at timestamptz DEFAULT clock_timestamp(), began timestamptz DEFAULT statement_timestamp(), max_attempts int,
          old_status text, old_fence bigint, old_attempts int, old_crashes int, old_deferrals int, old_owner text, old_until timestamptz, old_progress int,
          new_status text, new_fence bigint, new_attempts int, new_crashes int, new_deferrals int, new_owner text, new_until timestamptz, new_progress int);
        CREATE FUNCTION jobs_audit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO job_log (job, max_attempts,
            old_status, old_fence, old_attempts, old_crashes, old_deferrals, old_owner, old_until, old_progress,
            new_status, new_fence, new_attempts, new_crashes, new_deferrals, new_owner, new_until, new_progress)
          VALUES (NEW.id, NEW.max_attempts,
            OLD.status, OLD.fence, OLD.attempts, OLD.crashes, OLD.deferrals, OLD.lease_owner, OLD.lease_until, OLD.progress,
            NEW.status, NEW.fence, NEW.attempts, NEW.crashes, NEW.deferrals, NEW.lease_owner, NEW.lease_until, NEW.progress);
          RETURN NULL;
        END $$;
        CREATE TRIGGER jobs_audit AFTER UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION jobs_audit();
        """;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"kinora-tests-{Guid.CreateVersion7()}");
    private PostgresServer _postgres = null!;
    private int _copies;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        _postgres = await PostgresServer.StartAsync(Path.Combine(_folder, "postgres"), null, PostgresDurability.None, Cancellation);
        var connection = await _postgres.CreateDatabaseAsync(Template, Cancellation);

        // No pool: a database that somebody is connected to is no template.
        await using var source = NpgsqlDataSource.Create($"{connection};Pooling=false");
        var options = new DbContextOptionsBuilder<KinoraDb>();
        DatabaseSetup.Configure(options, source);
        await using (var db = new KinoraDb(options.Options))
        {
            await db.Database.MigrateAsync(Cancellation);
        }

        await ExecuteAsync(source, Audit);
    }

    /// <param name="schema">A change of the schema for this one copy; may be empty.</param>
    public async Task<NpgsqlDataSource> CopyAsync(string schema)
    {
        var name = $"storm_{Interlocked.Increment(ref _copies)}";
        await using (var main = NpgsqlDataSource.Create($"{_postgres.ConnectionString};Pooling=false"))
        {
            await ExecuteAsync(main, $"CREATE DATABASE {name} TEMPLATE {Template}");
            await ExecuteAsync(main, $"ALTER DATABASE {name} SET deadlock_timeout = '10ms'");
        }

        var copy = NpgsqlDataSource.Create($"{PostgresServer.ConnectionStringOf(_postgres.Port, name)};Maximum Pool Size=40");
        if (schema.Length > 0)
        {
            await ExecuteAsync(copy, schema);
        }

        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
