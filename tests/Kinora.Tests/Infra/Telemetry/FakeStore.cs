using Kinora.Core.Infra.Storage;

namespace Kinora.Tests.Infra.Telemetry;

/// <summary>A store of which only its answer to a ping matters.</summary>
internal sealed class FakeStore : IObjectStore
{
    public Func<CancellationToken, Task> Ping { get; set; } = _ => Task.CompletedTask;

    public Task PingAsync(CancellationToken cancellation) => Ping(cancellation);

    public Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task AbortAsync(UnfinishedPut put, CancellationToken cancellation) => throw new NotSupportedException();
}
