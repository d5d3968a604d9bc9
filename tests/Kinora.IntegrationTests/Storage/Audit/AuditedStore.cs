using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.IntegrationTests.Storage.Audit;

/// <summary>An API with a database and a folder of its own, and what workers do to its store by themselves, done when a test says so.</summary>
internal sealed class AuditedStore : IAsyncDisposable
{
    private static int _databases;
    private readonly TestFolder _folder = new();
    private NpgsqlDataSource _database = null!;

    public ApiProcess Api { get; private set; } = null!;

    public KinoraClient User { get; private set; } = null!;

    public HttpClient Client => User.Http;

    public string Folder => _folder.Path("objects");

    public IObjectStore Objects => Api.Services.GetRequiredService<IObjectStore>();

    public NpgsqlDataSource Database => _database;

    public PrefixSweeper Sweeper { get; private set; } = null!;

    public UnfinishedPuts Puts { get; private set; } = null!;

    public StoreAudit Audit { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<AuditedStore> StartAsync(ApiFixture fixture, CollectorOptions? collector = null)
    {
        var store = new AuditedStore();
        try
        {
            await store.StartAsync(fixture, Options.Create(collector ?? new CollectorOptions()));
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public Task<List<Finding>> AuditAsync(bool checksums = false, AuditRepair repair = AuditRepair.None) =>
        Audit.RunAsync(new AuditScope(checksums, repair), new AuditTally(), Cancellation).ToListAsync(Cancellation).AsTask();

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The file of an object, to be damaged.</summary>
    public string PathOf(string key) => Path.Combine(Folder, key);

    /// <summary>The key of the video's source, its thumbnail, or a file of its HLS.</summary>
    public async Task<string> KeyAsync(Guid videoId, string name) => name == "source"
        ? ObjectKey.Source(videoId)
        : await QueryAsync<string>($"""
            SELECT prefix || '{name}' FROM derivatives d, jsonb_array_elements(d.manifest -> 'files') f
            WHERE video_id = '{videoId}' AND replaced_at IS NULL AND f ->> 'name' = '{name}'
            """);

    public async Task FlipAsync(string key)
    {
        var bytes = await File.ReadAllBytesAsync(PathOf(key), Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(PathOf(key), bytes, Cancellation);
    }

    public async Task TruncateAsync(string key)
    {
        await using var file = new FileStream(PathOf(key), FileMode.Open);
        file.SetLength(file.Length - 1);
    }

    public Task PutAsync(string key) => Objects.PutBytesAsync(key, "stray"u8.ToArray(), "text/plain", Cancellation);

    /// <summary>The clock goes on for what is doomed.</summary>
    public Task<int> MakeDueAsync() => ExecuteAsync("UPDATE storage_intents SET expires_at = clock_timestamp() WHERE state = 'DOOMED'");

    public Task<List<string>> ListAsync(string prefix = "") =>
        Objects.ListAsync(prefix, Cancellation).Select(info => info.Key).ToListAsync(Cancellation).AsTask();

    public async ValueTask DisposeAsync()
    {
        User?.Dispose();
        if (Api is not null)
        {
            await Api.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAsync(ApiFixture fixture, IOptions<CollectorOptions> collector)
    {
        var connection = await fixture.Postgres.CreateDatabaseAsync($"audit{Interlocked.Increment(ref _databases)}", Cancellation);
        Api = await fixture.StartApiAsync(
            $"--Kinora:Database:ConnectionString={connection}",
            $"--Kinora:Storage:Folder:Path={Folder}",
            $"--Kinora:Uploads:TmpDir={_folder.Path("uploads")}");
        await DatabaseSetup.MigrateAsync(Api.Services, Cancellation);
        _database = NpgsqlDataSource.Create(connection);
        User = await KinoraClient.RegisterAsync(Api.Address, "audit@example.org", () => "", Cancellation);
        Sweeper = new PrefixSweeper(_database, Objects, collector, NullLogger<PrefixSweeper>.Instance);
        Puts = new UnfinishedPuts(_database, Objects, TimeProvider.System, collector, NullLogger<UnfinishedPuts>.Instance);
        Audit = new StoreAudit(_database, Objects, Puts, Options.Create(new JobOptions()), TimeProvider.System);
    }
}
