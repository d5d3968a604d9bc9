using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Folders;
using Kinora.IntegrationTests.Servers;
using Xunit;

namespace Kinora.IntegrationTests.Storage;

public sealed class FolderObjectStoreTests : ObjectStoreContract
{
    private readonly TestFolder _folder = new();

    private string Temporary => _folder.Path("objects/.tmp");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Deleting_the_last_object_of_a_folder_removes_the_folder()
    {
        await Store.PutBytesAsync(Key("a/b/c"), "x"u8.ToArray(), "text/plain", Cancellation);
        await Store.PutBytesAsync(Key("a/d"), "x"u8.ToArray(), "text/plain", Cancellation);

        await Store.DeleteAsync([Key("a/b/c")], Cancellation);
        Assert.Equal([_folder.Path($"objects/{Key("a/d")}")], Directory.GetFileSystemEntries(_folder.Path($"objects/{Key("a")}")));

        await Store.DeleteAsync([Key("a/d")], Cancellation);
        Assert.Equal([Temporary], Directory.GetFileSystemEntries(_folder.Path("objects")));
    }

    [Fact]
    public async Task A_put_wins_against_deletes_that_prune_its_folder()
    {
        var other = await OpenStoreAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pruning = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await other.DeleteAsync([Key("deep/er/neighbour")], Cancellation);
                }
            },
            Cancellation);

        for (var number = 0; number < 300; number++)
        {
            await Store.PutBytesAsync(Key("deep/er/object"), "x"u8.ToArray(), "text/plain", Cancellation);
            Assert.NotNull(await Store.HeadAsync(Key("deep/er/object"), Cancellation));
            await Store.DeleteAsync([Key("deep/er/object")], Cancellation);
        }

        await stop.CancelAsync();
        await pruning;
    }

    [Fact]
    public async Task A_list_survives_what_vanishes_under_it()
    {
        for (var number = 0; number < 20; number++)
        {
            await Store.PutBytesAsync(Key($"a{number:d2}/b"), "x"u8.ToArray(), "text/plain", Cancellation);
        }

        var seen = new List<string>();
        await foreach (var info in Store.ListAsync(Key("a"), Cancellation))
        {
            seen.Add(info.Key);
            await Store.DeleteAsync([Key("a05/b"), Key("a12/b")], Cancellation);
        }

        Assert.Equal(18, seen.Count);
    }

    [Fact]
    public async Task What_a_living_process_writes_is_no_unfinished_put()
    {
        await BeginPutAsync("left");
        var path = Directory.GetFiles(Temporary).Single();
        await using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None))
        {
            Assert.Empty(await ListUnfinishedAsync("left", TimeSpan.FromMinutes(5)));
            await Store.AbortAsync(new UnfinishedPut(null, Path.GetFileName(path), default), Cancellation);
            Assert.True(File.Exists(path));
        }

        var puts = await ListUnfinishedAsync("left", TimeSpan.FromMinutes(5));
        await Store.AbortAsync(Assert.Single(puts), Cancellation);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task The_name_of_an_unfinished_put_leads_nowhere_else()
    {
        await Store.PutBytesAsync(Key("a"), "x"u8.ToArray(), "text/plain", Cancellation);
        await Store.AbortAsync(new UnfinishedPut(null, $"../{Key("a")}", default), Cancellation);

        Assert.NotNull(await Store.HeadAsync(Key("a"), Cancellation));
    }

    [Fact]
    public async Task A_full_disk_is_told_from_a_broken_one()
    {
        var mount = _folder.Path("small");
        Directory.CreateDirectory(mount);
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "kinora-test", mount) != 0)
        {
            Assert.Skip("No right to mount a small file system.");
        }

        try
        {
            var store = new FolderObjectStore(new FolderStorageOptions { Path = mount });

            var full = await Assert.ThrowsAsync<StorageException>(
                () => store.PutBytesAsync(Key("a"), new byte[2_000_000], "text/plain", Cancellation));

            Assert.True(full.IsFull);
            Assert.IsType<IOException>(full.InnerException);
            Assert.Null(await store.HeadAsync(Key("a"), Cancellation));
            await store.PutBytesAsync(Key("a"), new byte[500_000], "text/plain", Cancellation); // no temporary file took the room
        }
        finally
        {
            await RunAsync("umount", mount);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_fault_of_the_store()
    {
        var store = new FolderObjectStore(new FolderStorageOptions { Path = "/proc/kinora" });

        await Assert.ThrowsAsync<StorageException>(() => store.PingAsync(Cancellation));
        var fault = await Assert.ThrowsAsync<StorageException>(
            () => store.PutBytesAsync(Key("a"), "x"u8.ToArray(), "text/plain", Cancellation));
        Assert.False(fault.IsFull);
    }

    protected override Task<IObjectStore> OpenStoreAsync() => Task.FromResult<IObjectStore>(
        new FolderObjectStore(new FolderStorageOptions { Path = _folder.Path("objects") }));

    protected override Task BeginPutAsync(string key)
    {
        Directory.CreateDirectory(Temporary);
        return File.WriteAllTextAsync(Path.Combine(Temporary, $"{Guid.CreateVersion7()}"), "half", Cancellation);
    }

    protected override Task<int> CountUnfinishedAsync(string key) =>
        Task.FromResult(Directory.Exists(Temporary) ? Directory.GetFiles(Temporary).Length : 0);

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(program, arguments) { OnErrorLine = _ => { } });
        return await process.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }
}
