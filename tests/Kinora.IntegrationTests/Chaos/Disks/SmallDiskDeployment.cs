using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Disks;

/// <summary>A deployment with one worker, of which WORK_DIR, TMP_DIR and the store's folder are small disks, and used to the last byte.</summary>
public sealed class SmallDiskDeployment : IAsyncDisposable
{
    private readonly List<SmallDisk> _disks = [];
    private Task? _started;

    public IReadOnlyList<SmallDisk> All => _disks;

    public Deployment Deployment { get; private set; } = null!;

    public KinoraClient User { get; private set; } = null!;

    public SmallDisk Work { get; private set; } = null!;

    public SmallDisk Uploads { get; private set; } = null!;

    public SmallDisk Store { get; private set; } = null!;

    /// <summary>Not as a fixture's initialization: a test can be skipped, a fixture cannot.</summary>
    public Task StartedAsync() => _started ??= StartAsync();

    private async Task StartAsync()
    {
        // What keeps from a disk that is nearly full is taken away: the disk itself is to say no.
        Deployment = await Deployment.StartAsync(
            null, "Kinora__Worker__MinFreeBytes=0", "Kinora__Uploads__MinFreeBytes=0", "Kinora__Jobs__BackoffBase=00:00:00.2", "Kinora__Jobs__BackoffMax=00:00:01");
        Work = await MountAsync(Deployment.WorkFolder, 48);
        Uploads = await MountAsync(Deployment.UploadFolder, 24);
        Store = await MountAsync(Deployment.StoreFolder, 192);
        var user = Deployment.CreateUserAsync();
        await Task.WhenAll(Deployment.StartWorkerAsync(), user);
        User = await user;
    }

    public async ValueTask DisposeAsync()
    {
        User?.Dispose();
        if (Deployment is null)
        {
            return;
        }

        foreach (var process in Deployment.Processes)
        {
            await process.DisposeAsync();
        }

        foreach (var disk in _disks)
        {
            await disk.DisposeAsync();
        }

        await Deployment.DisposeAsync();
    }

    private async Task<SmallDisk> MountAsync(string path, int mebibytes)
    {
        var disk = await SmallDisk.MountAsync(path, mebibytes);
        _disks.Add(disk);
        return disk;
    }
}
