using System.Collections.Concurrent;
using Kinora.Core.Infra.Storage;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>A store in memory that asks at each PUT whether the world already knows of it.</summary>
internal sealed class StormObjects(NpgsqlDataSource source, StormLedger ledger) : IObjectStore
{
    public const long Size = 7;
    private readonly ConcurrentDictionary<string, byte> _keys = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Keys => [.. _keys.Keys];

    public bool Has(string key) => _keys.ContainsKey(key);

    public async Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT 1 FROM storage_intents WHERE prefix = @prefix");
        command.Parameters.AddWithValue("prefix", key[..(key.LastIndexOf('/') + 1)]);
        if (await command.ExecuteScalarAsync(cancellation) is null)
        {
            ledger.Violate($"{key} was put before its intent was committed");
        }

        if (!_keys.TryAdd(key, 0))
        {
            ledger.Violate($"{key} was put twice");
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) =>
        Task.FromResult(Has(key) ? new ObjectInfo(key, Size, DateTimeOffset.UnixEpoch) : null);

    public void DeletePrefix(string prefix)
    {
        foreach (var key in _keys.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)))
        {
            _keys.TryRemove(key, out _);
        }
    }

    public Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    public Task PingAsync(CancellationToken cancellation) => Task.CompletedTask;

    public IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        AsyncEnumerable.Empty<UnfinishedPut>();

    public Task AbortAsync(UnfinishedPut put, CancellationToken cancellation) => Task.CompletedTask;
}
