using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;
using Xunit;

namespace Kinora.IntegrationTests.Storage;

/// <summary>What every object store must do; one subclass a store.</summary>
public abstract class ObjectStoreContract : IAsyncLifetime
{
    private const string ContentType = "application/octet-stream";
    private const int Megabyte = 1024 * 1024;

    /// <summary>Of a put of many megabytes, beside other tests.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _prefix = $"tests/{Guid.CreateVersion7()}/";
    private TestFolder _files = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IObjectStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Store = await OpenStoreAsync();
        _files = new TestFolder();
    }

    public virtual ValueTask DisposeAsync()
    {
        (Store as IDisposable)?.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract Task<IObjectStore> OpenStoreAsync();

    /// <summary>Leaves what a process leaves that was killed in the midst of a put.</summary>
    protected abstract Task BeginPutAsync(string key);

    /// <summary>How many unfinished objects (temporary files, uploads in parts) the store holds for the key.</summary>
    protected abstract Task<int> CountUnfinishedAsync(string key);

    [Fact]
    public async Task An_object_comes_back_as_it_was_put()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);

        await Store.PutBytesAsync(Key("a"), content, ContentType, Cancellation);

        Assert.Equal(content, await ReadAsync(Key("a")));
        var info = await Store.HeadAsync(Key("a"), Cancellation);
        Assert.Equal((Key("a"), 100_000), (info!.Key, info.Length));
        Assert.InRange(info.LastModified, TimeProvider.System.GetUtcNow().AddMinutes(-2), TimeProvider.System.GetUtcNow().AddMinutes(2));
    }

    [Fact]
    public async Task A_slice_of_a_larger_array_is_put_alone()
    {
        await Store.PutBytesAsync(Key("slice"), "abcdef"u8.ToArray().AsMemory(2, 3), ContentType, Cancellation);

        Assert.Equal("cde"u8.ToArray(), await ReadAsync(Key("slice")));
    }

    [Fact]
    public async Task A_second_put_replaces_the_object()
    {
        await Store.PutBytesAsync(Key("a"), "a long first content"u8.ToArray(), ContentType, Cancellation);
        await Store.PutBytesAsync(Key("a"), "second"u8.ToArray(), ContentType, Cancellation);

        Assert.Equal("second"u8.ToArray(), await ReadAsync(Key("a")));
        Assert.Equal(6, (await Store.HeadAsync(Key("a"), Cancellation))!.Length);
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        var path = _files.Write("empty", 0);

        await Store.PutFileAsync(Key("empty"), path, ContentType, Cancellation);

        Assert.Equal(0, (await Store.HeadAsync(Key("empty"), Cancellation))!.Length);
        Assert.Empty((await ReadAsync(Key("empty")))!);
        Assert.Empty((await ReadAsync(Key("empty"), 5, 10))!);
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        await Store.PutBytesAsync(Key("folder/a"), "x"u8.ToArray(), ContentType, Cancellation);

        Assert.Null(await Store.HeadAsync(Key("missing"), Cancellation));
        Assert.Null(await Store.OpenReadAsync(Key("missing"), 0, null, Cancellation));
        Assert.Null(await Store.OpenReadAsync(Key("missing"), 10, 0, Cancellation));
        Assert.Null(await Store.HeadAsync(Key("folder"), Cancellation));
        Assert.Null(await Store.OpenReadAsync(Key("folder"), 0, 5, Cancellation));
    }

    [Theory]
    [InlineData(0, 10L, "0123456789")]
    [InlineData(0, 3L, "012")]
    [InlineData(4, 2L, "45")]
    [InlineData(7, null, "789")]
    [InlineData(8, 100L, "89")]
    [InlineData(8, long.MaxValue, "89")]
    [InlineData(9, 1L, "9")]
    [InlineData(10, 5L, "")]
    [InlineData(50, null, "")]
    [InlineData(3, 0L, "")]
    public async Task A_range_is_cut_to_what_exists(long offset, long? length, string expected)
    {
        await Store.PutBytesAsync(Key("digits"), "0123456789"u8.ToArray(), ContentType, Cancellation);

        await using var content = await Store.OpenReadAsync(Key("digits"), offset, length, Cancellation);

        Assert.Equal((expected.Length, 10), (content!.Length, content.TotalLength));
        using var reader = new StreamReader(content.Stream);
        Assert.Equal(expected, await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_large_file_goes_and_comes_bit_by_bit_the_same()
    {
        var path = _files.Write("large", (40 * Megabyte) + 12_345);

        await Store.PutFileAsync(Key("large"), path, ContentType, Cancellation);

        await using var content = await Store.OpenReadAsync(Key("large"), 0, null, Cancellation);
        Assert.Equal((40 * Megabyte) + 12_345, content!.TotalLength);
        await using var file = File.OpenRead(path);
        Assert.Equal(
            Convert.ToHexString(await SHA256.HashDataAsync(file, Cancellation)),
            Convert.ToHexString(await SHA256.HashDataAsync(content.Stream, Cancellation)));

        // Across the border of two parts.
        var part = new byte[1000];
        await RandomAccess.ReadAsync(file.SafeFileHandle, part, (5 * Megabyte) - 500, Cancellation);
        Assert.Equal(part, await ReadAsync(Key("large"), (5 * Megabyte) - 500, 1000));
        Assert.Equal(0, await CountUnfinishedAsync(Key("large")));
    }

    [Fact]
    public async Task A_missing_local_file_is_no_fault_of_the_store() =>
        await Assert.ThrowsAsync<FileNotFoundException>(
            () => Store.PutFileAsync(Key("a"), _files.Path("missing"), ContentType, Cancellation));

    [Fact]
    public async Task A_list_is_ordered_by_key_and_bounded_by_its_prefix()
    {
        string[] names = ["b", "a-b", "a/c", "a/b/d", "a.b", "ab", "a/b-c", "a0", "a/b/c/d"];
        foreach (var name in names)
        {
            await Store.PutBytesAsync(Key(name), new byte[name.Length], ContentType, Cancellation);
        }

        Assert.Equal(["a-b", "a.b", "a/b-c", "a/b/c/d", "a/b/d", "a/c", "a0", "ab", "b"], await ListAsync(""));
        Assert.Equal(["a/b-c", "a/b/c/d", "a/b/d", "a/c"], await ListAsync("a/"));
        Assert.Equal(["a/b-c", "a/b/c/d", "a/b/d"], await ListAsync("a/b"));
        Assert.Equal(["a/b/c/d", "a/b/d"], await ListAsync("a/b/"));
        Assert.Empty(await ListAsync("c"));
        Assert.Empty(await ListAsync("c/d/"));
        var infos = await Store.ListAsync(Key("a/b/"), Cancellation).ToListAsync(Cancellation);
        Assert.All(infos, info => Assert.Equal(info.Key.Length - _prefix.Length, info.Length));
        Assert.All(infos, info => Assert.True(info.LastModified > TimeProvider.System.GetUtcNow().AddMinutes(-2)));
    }

    [Fact]
    public async Task More_objects_than_a_page_are_listed_and_deleted()
    {
        var keys = Enumerable.Range(0, 1030).Select(number => Key($"many/{number % 7}/{number:d4}")).ToArray();
        await Parallel.ForEachAsync(
            keys,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (key, token) => await Store.PutBytesAsync(key, "x"u8.ToArray(), ContentType, token));

        var listed = await Store.ListAsync(Key("many/"), Cancellation).Select(info => info.Key).ToListAsync(Cancellation);
        Assert.Equal(keys.Order(StringComparer.Ordinal), listed);

        await Store.DeleteAsync(keys, Cancellation);
        Assert.Empty(await ListAsync("many/"));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_fine()
    {
        await Store.PutBytesAsync(Key("a/b"), "x"u8.ToArray(), ContentType, Cancellation);
        await Store.PutBytesAsync(Key("a/c"), "x"u8.ToArray(), ContentType, Cancellation);

        await Store.DeleteAsync([Key("a/b"), Key("a/missing"), Key("missing/b"), Key("a")], Cancellation);
        await Store.DeleteAsync([Key("a/b")], Cancellation);
        await Store.DeleteAsync([], Cancellation);

        Assert.Equal(["a/c"], await ListAsync(""));
    }

    [Fact]
    public async Task Puts_of_one_key_at_once_leave_one_of_them_whole()
    {
        var contents = Enumerable.Range(1, 8).Select(number => Enumerable.Repeat((byte)number, number * 50_000).ToArray()).ToArray();

        var puts = contents.Select(content => Store.PutBytesAsync(Key("one"), content, ContentType, Cancellation)).ToArray();
        await Task.WhenAll(puts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Contains(puts, put => put.IsCompletedSuccessfully);
        Assert.All(puts.Where(put => put.IsFaulted), put => Assert.IsType<StorageException>(put.Exception!.InnerException));
        var stored = await ReadAsync(Key("one"));
        Assert.Equal(contents[stored![0] - 1], stored);
    }

    [Fact]
    public async Task A_reader_keeps_the_object_that_it_opened()
    {
        var old = RandomNumberGenerator.GetBytes(4 * Megabyte);
        await Store.PutBytesAsync(Key("a"), old, ContentType, Cancellation);
        await using var content = await Store.OpenReadAsync(Key("a"), 0, null, Cancellation);
        var read = new byte[old.Length];
        await content!.Stream.ReadExactlyAsync(read.AsMemory(0, 1000), Cancellation);

        await Store.PutBytesAsync(Key("a"), "new"u8.ToArray(), ContentType, Cancellation);

        await content.Stream.ReadExactlyAsync(read.AsMemory(1000), Cancellation);
        Assert.Equal(old, read);
        Assert.Equal("new"u8.ToArray(), await ReadAsync(Key("a")));
    }

    [Fact]
    public async Task A_stream_that_is_left_early_lets_the_next_call_work()
    {
        await Store.PutBytesAsync(Key("a"), new byte[8 * Megabyte], ContentType, Cancellation);
        for (var times = 0; times < 20; times++)
        {
            await using var content = await Store.OpenReadAsync(Key("a"), 0, null, Cancellation);
            await content!.Stream.ReadExactlyAsync(new byte[10], Cancellation);
        }

        Assert.NotNull(await Store.HeadAsync(Key("a"), Cancellation));
    }

    [Fact]
    public async Task A_cancelled_put_leaves_nothing()
    {
        // Sparse, and large enough not to be done before it is cancelled.
        var path = _files.Write("huge", 0);
        await using (var file = File.OpenWrite(path))
        {
            file.SetLength(1024L * Megabyte);
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var put = Store.PutFileAsync(Key("huge"), path, ContentType, cancellation.Token);
        await Eventually.TrueAsync(async () => await CountUnfinishedAsync(Key("huge")) > 0, () => "the put does not begin", Patience);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        Assert.Null(await Store.HeadAsync(Key("huge"), Cancellation));
        Assert.Equal(0, await CountUnfinishedAsync(Key("huge")));
    }

    [Fact]
    public async Task A_put_that_is_cancelled_beforehand_stores_nothing()
    {
        var path = _files.Write("file", 6 * Megabyte);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutFileAsync(Key("a"), path, ContentType, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutBytesAsync(Key("a"), new byte[9], ContentType, cancelled));

        Assert.Null(await Store.HeadAsync(Key("a"), Cancellation));
    }

    [Fact]
    public async Task A_large_put_and_read_hold_no_more_than_buffers()
    {
        var path = _files.Write("large", 0);
        await using (var file = File.OpenWrite(path))
        {
            file.SetLength(256L * Megabyte);
        }

        var before = LiveBytes();
        var put = Store.PutFileAsync(Key("large"), path, ContentType, Cancellation);
        var peak = 0L;
        await Eventually.TrueAsync(
            () =>
            {
                peak = Math.Max(peak, LiveBytes());
                return put.IsCompleted;
            },
            () => "the put does not end",
            Patience);
        await put;

        await using var content = await Store.OpenReadAsync(Key("large"), 0, null, Cancellation);
        var buffer = new byte[64 * 1024];
        var total = 0L;
        var nextLook = 0L;
        while (await content!.Stream.ReadAsync(buffer, Cancellation) is > 0 and var read)
        {
            total += read;
            if (total >= nextLook)
            {
                peak = Math.Max(peak, LiveBytes());
                nextLook = total + (16L * Megabyte);
            }
        }

        Assert.Equal(256L * Megabyte, total);
        Assert.InRange(peak - before, long.MinValue, 192L * Megabyte); // other tests run beside this one

        // What is held, not what waits for the collector: on a busy machine the garbage of all tests would be most of it.
        static long LiveBytes()
        {
            GC.Collect();
            return GC.GetTotalMemory(forceFullCollection: false);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("a/./b")]
    [InlineData(".tmp/a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("A")]
    [InlineData("a\\b")]
    [InlineData("a%2fb")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    [InlineData("~")]
    public async Task A_key_that_Kinora_would_not_make_is_refused_everywhere(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutBytesAsync(key, "x"u8.ToArray(), ContentType, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutFileAsync(key, "/etc/hostname", ContentType, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(key, 0, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.HeadAsync(key, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync([Key("a"), key], Cancellation));
        if (key is not ("" or "a/"))
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ListAsync(key, Cancellation).ToListAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_put_that_never_ended_is_listed_once_it_is_old_and_can_be_taken_back()
    {
        await BeginPutAsync(Key("half"));
        await Store.PutBytesAsync(Key("whole"), "x"u8.ToArray(), ContentType, Cancellation);

        Assert.Empty(await ListUnfinishedAsync(Key("half"), TimeSpan.FromMinutes(-5)));
        var put = Assert.Single(await ListUnfinishedAsync(Key("half"), TimeSpan.FromMinutes(5)));
        Assert.InRange(put.StartedAt, TimeProvider.System.GetUtcNow().AddMinutes(-2), TimeProvider.System.GetUtcNow().AddMinutes(2));
        Assert.Equal(1, await CountUnfinishedAsync(Key("half")));

        await Store.AbortAsync(put, Cancellation);
        await Store.AbortAsync(put, Cancellation);

        Assert.Equal(0, await CountUnfinishedAsync(Key("half")));
        Assert.Empty(await ListUnfinishedAsync(Key("half"), TimeSpan.FromMinutes(5)));
        Assert.Equal(["whole"], await ListAsync(""));
    }

    [Fact]
    public async Task A_ping_answers() => await Store.PingAsync(Cancellation);

    /// <summary>Of the key, where the store tells: other tests may be at it in the same bucket.</summary>
    protected async Task<List<UnfinishedPut>> ListUnfinishedAsync(string key, TimeSpan fromNow) => await Store
        .ListUnfinishedAsync(TimeProvider.System.GetUtcNow() + fromNow, Cancellation)
        .Where(put => put.Key is null || put.Key == key)
        .ToListAsync(Cancellation);

    protected string Key(string name) => _prefix + name;

    protected async Task<byte[]?> ReadAsync(string key, long offset = 0, long? length = null)
    {
        await using var content = await Store.OpenReadAsync(key, offset, length, Cancellation);
        if (content is null)
        {
            return null;
        }

        var bytes = new MemoryStream();
        await content.Stream.CopyToAsync(bytes, Cancellation);
        Assert.Equal(content.Length, bytes.Length);
        return bytes.ToArray();
    }

    protected async Task<List<string>> ListAsync(string prefix) =>
        await Store.ListAsync(Key(prefix), Cancellation).Select(info => info.Key[_prefix.Length..]).ToListAsync(Cancellation);
}
