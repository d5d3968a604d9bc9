using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Folders;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Storage;

public sealed class FolderPartsTests : ObjectPartsContract
{
    private readonly TestFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_earlier_writer_that_is_late_changes_nothing()
    {
        var id = await Parts.BeginAsync(Key, "video/mp4", Cancellation);
        await PutAsync(id, 1, [1, 1], writer: 7);
        await PutAsync(id, 1, [2, 2], writer: 9);

        await Assert.ThrowsAsync<StorageException>(() => PutAsync(id, 1, [3, 3], writer: 7));

        await Parts.CompleteAsync(Key, id, [""], 2, Cancellation);
        Assert.Equal([2, 2], await File.ReadAllBytesAsync(_folder.Path($"objects/{Key}"), Cancellation));
    }

    [Fact]
    public async Task A_writer_in_the_midst_of_a_part_is_waited_for()
    {
        var id = await Parts.BeginAsync(Key, "video/mp4", Cancellation);
        await PutAsync(id, 1, [1, 1], writer: 1);
        var path = Assert.Single(Directory.GetFiles(_folder.Path("objects/.parts")));
        Task<string> later;
        await using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            later = PutAsync(id, 1, [2, 2], writer: 2);
            await Assert.ThrowsAsync<TimeoutException>(() => later.WaitAsync(TimeSpan.FromMilliseconds(200), Cancellation));
        }

        await later;
    }

    protected override Task<IObjectStore> OpenStoreAsync() => Task.FromResult<IObjectStore>(
        new FolderObjectStore(new FolderStorageOptions { Path = _folder.Path("objects") }));
}
