using Kinora.Core.Infra.Storage;

namespace Kinora.IntegrationTests.Media;

/// <summary>A store with one file in it, of which nothing but ranges can be had.</summary>
internal sealed class CountingStore(string path) : IObjectStore
{
    public int Gets { get; private set; }

    public long Bytes { get; private set; }

    public async Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation)
    {
        Gets++;
        var bytes = await File.ReadAllBytesAsync(path, cancellation);
        var count = (int)Math.Min(length ?? bytes.Length, bytes.Length - offset);
        Bytes += count;
        return new ObjectContent(new MemoryStream(bytes, (int)offset, count), count, bytes.Length);
    }

    public Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation) => throw new NotSupportedException();

    public Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    public Task PingAsync(CancellationToken cancellation) => Task.CompletedTask;

    public IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task AbortAsync(UnfinishedPut put, CancellationToken cancellation) => throw new NotSupportedException();
}
