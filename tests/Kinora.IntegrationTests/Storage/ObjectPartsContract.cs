using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Storage;

/// <summary>Objects that come in parts, in every store; one subclass a store.</summary>
public abstract class ObjectPartsContract : IAsyncLifetime
{
    private const int PartBytes = 5 * 1024 * 1024;
    private const string ContentType = "video/mp4";

    private readonly string _key = $"tests/{Guid.CreateVersion7()}/source";
    private readonly TestFolder _files = new();
    private IObjectStore _store = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IObjectParts Parts { get; private set; } = null!;

    protected string Key => _key;

    public async ValueTask InitializeAsync()
    {
        _store = await OpenStoreAsync();
        Parts = (IObjectParts)_store;
    }

    public virtual ValueTask DisposeAsync()
    {
        (_store as IDisposable)?.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract Task<IObjectStore> OpenStoreAsync();

    [Fact]
    public async Task Parts_become_one_object_in_their_order_whatever_their_turn()
    {
        var bytes = RandomNumberGenerator.GetBytes((2 * PartBytes) + 1234);
        var id = await Parts.BeginAsync(_key, ContentType, Cancellation);
        var third = await PutAsync(id, 3, bytes);
        var first = await PutAsync(id, 1, bytes);
        Assert.Null(await _store.HeadAsync(_key, Cancellation));
        var second = await PutAsync(id, 2, bytes);

        await Parts.CompleteAsync(_key, id, [first, second, third], bytes.Length, Cancellation);

        Assert.Equal(bytes, await ReadAsync());
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_part_that_is_put_again_replaces_the_one_before()
    {
        var bytes = RandomNumberGenerator.GetBytes(PartBytes + 10);
        var id = await Parts.BeginAsync(_key, ContentType, Cancellation);
        await PutAsync(id, 1, RandomNumberGenerator.GetBytes(bytes.Length));
        var last = await PutAsync(id, 2, bytes);
        var first = await PutAsync(id, 1, bytes, writer: 2);

        await Parts.CompleteAsync(_key, id, [first, last], bytes.Length, Cancellation);

        Assert.Equal(bytes, await ReadAsync());
    }

    [Fact]
    public async Task Completing_again_changes_nothing()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        var id = await Parts.BeginAsync(_key, ContentType, Cancellation);
        var tag = await PutAsync(id, 1, bytes);
        await Parts.CompleteAsync(_key, id, [tag], bytes.Length, Cancellation);

        await Parts.CompleteAsync(_key, id, [tag], bytes.Length, Cancellation);

        Assert.Equal(bytes, await ReadAsync());
    }

    [Fact]
    public async Task What_is_not_of_the_length_is_no_object()
    {
        var id = await Parts.BeginAsync(_key, ContentType, Cancellation);
        var tag = await PutAsync(id, 1, new byte[1000]);

        await Assert.ThrowsAsync<StorageException>(() => Parts.CompleteAsync(_key, id, [tag], 1001, Cancellation));
    }

    [Fact]
    public async Task It_is_an_unfinished_put_until_it_is_completed_and_can_be_taken_back()
    {
        var id = await Parts.BeginAsync(_key, ContentType, Cancellation);
        await PutAsync(id, 1, new byte[1000]);

        var put = Assert.Single(await ListAsync());
        Assert.Equal((_key, id), (put.Key, put.Id));
        await _store.AbortAsync(put, Cancellation);

        Assert.Empty(await ListAsync());
        await Assert.ThrowsAsync<StorageException>(() => PutAsync(id, 2, new byte[PartBytes + 1]));
        await Assert.ThrowsAsync<StorageException>(() => Parts.CompleteAsync(_key, id, ["x"], 1000, Cancellation));
        Assert.Null(await _store.HeadAsync(_key, Cancellation));
    }

    protected async Task<string> PutAsync(string id, int number, byte[] bytes, long writer = 1)
    {
        var offset = (number - 1) * PartBytes;
        var path = _files.Path($"part-{Guid.CreateVersion7()}");
        await File.WriteAllBytesAsync(path, bytes[offset..Math.Min(bytes.Length, offset + PartBytes)], Cancellation);
        return await Parts.PutPartAsync(_key, id, new ObjectPart(number, offset, writer), path, Cancellation);
    }

    private async Task<byte[]> ReadAsync()
    {
        await using var content = await _store.OpenReadAsync(_key, 0, null, Cancellation);
        var bytes = new MemoryStream();
        await content!.Stream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    private async Task<List<UnfinishedPut>> ListAsync() => await _store
        .ListUnfinishedAsync(TimeProvider.System.GetUtcNow().AddMinutes(5), Cancellation).Where(put => put.Key == _key).ToListAsync(Cancellation);
}
