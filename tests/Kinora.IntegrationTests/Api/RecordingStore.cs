using System.Collections.Concurrent;
using Kinora.Core.Infra.Storage;

namespace Kinora.IntegrationTests.Api;

/// <summary>A real store, with each call for an object written down, and a place to let one fail.</summary>
internal sealed class RecordingStore(IObjectStore inner) : IObjectStore
{
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>"get key" and "put key", in their order.</summary>
    public IReadOnlyCollection<string> Calls => [.. _calls];

    /// <summary>Changes what is read.</summary>
    public Func<ObjectContent?, ObjectContent?> OnRead { get; set; } = content => content;

    /// <summary>Runs after the bytes were stored, before the store answers.</summary>
    public Action<string> OnStored { get; set; } = _ => { };

    /// <summary>Runs before the store hears of it.</summary>
    public Action<IReadOnlyCollection<string>> OnDelete { get; set; } = _ => { };

    public async Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation)
    {
        _calls.Enqueue($"put {key}");
        await inner.PutFileAsync(key, path, contentType, cancellation);
        OnStored(key);
    }

    public Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation)
    {
        _calls.Enqueue($"put {key}");
        return inner.PutBytesAsync(key, content, contentType, cancellation);
    }

    public async Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation)
    {
        _calls.Enqueue($"get {key}");
        return OnRead(await inner.OpenReadAsync(key, offset, length, cancellation));
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        _calls.Enqueue($"head {key}");
        return inner.HeadAsync(key, cancellation);
    }

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        OnDelete(keys);
        return inner.DeleteAsync(keys, cancellation);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public Task PingAsync(CancellationToken cancellation) => inner.PingAsync(cancellation);

    public IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        inner.ListUnfinishedAsync(before, cancellation);

    public Task AbortAsync(UnfinishedPut put, CancellationToken cancellation) => inner.AbortAsync(put, cancellation);
}
