using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Uploads;
using Kinora.Core.Videos;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Uploads;

public sealed class UploadSpoolTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly UploadOptions _options = new() { TmpDir = Directory.CreateTempSubdirectory("kinora-spool-").FullName, MinFreeBytes = 0 };

    public void Dispose() => Directory.Delete(_options.TmpDir, recursive: true);

    [Fact]
    public async Task What_another_process_is_about_to_store_stays_and_what_a_crash_left_goes()
    {
        var stale = Path.Combine(_options.TmpDir, $"{Guid.CreateVersion7()}.upload");
        await File.WriteAllTextAsync(stale, "x", TestContext.Current.CancellationToken);
        var spool = await StartAsync();
        Assert.False(File.Exists(stale));

        using (var file = await spool.WriteAsync(new MemoryStream([0, 0, 0, 8, .. "moov"u8]), new UploadAllowance(100, "Too large."), TestContext.Current.CancellationToken))
        {
            await StartAsync();

            Assert.Equal(file.SizeBytes, new FileInfo(file.Path).Length);
        }

        Assert.Empty(Directory.EnumerateFiles(_options.TmpDir));
    }

    [Fact]
    public async Task What_a_neighbour_leaves_goes_while_this_process_lives_and_what_is_being_born_stays()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var spool = await StartAsync();
        var (left, young, old) = (PathOf(".upload"), PathOf(".new"), PathOf(".new"));
        foreach (var path in (string[])[young, old, left])
        {
            await File.WriteAllTextAsync(path, "x", cancellation);
        }

        File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (File.Exists(left) || File.Exists(old))
        {
            await poll.WaitForNextTickAsync(limit.Token);
        }

        Assert.Equal([young], Directory.EnumerateFiles(_options.TmpDir));
        await spool.StopAsync(cancellation);
    }

    private string PathOf(string extension) => Path.Combine(_options.TmpDir, $"{Guid.CreateVersion7()}{extension}");

    private async Task<UploadSpool> StartAsync()
    {
        var spool = new UploadSpool(
            Options.Create(_options),
            Options.Create(new MediaOptions()),
            Options.Create(new CollectorOptions { Interval = Interval }),
            TimeProvider.System,
            NullLogger<UploadSpool>.Instance);
        await spool.StartAsync(TestContext.Current.CancellationToken);
        return spool;
    }
}
