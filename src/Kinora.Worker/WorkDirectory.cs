using Kinora.Core.Errors;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>
/// This process's scratch folder, with one folder an attempt. Its lock file tells other workers' starts that it is in use; what a dead
/// process left is removed at the start of any worker on the host.
/// </summary>
internal sealed class WorkDirectory : IDisposable
{
    private const string LockName = ".lock";
    private readonly FileStream _lock;
    private readonly long _minFreeBytes;

    public WorkDirectory(IOptions<WorkerOptions> options)
    {
        _minFreeBytes = options.Value.MinFreeBytes;
        var root = Path.GetFullPath(options.Value.WorkDir);
        Directory.CreateDirectory(root);
        RemoveDead(root);
        Folder = Path.Combine(root, Guid.CreateVersion7().ToString());
        Directory.CreateDirectory(Folder);
        _lock = new FileStream(Path.Combine(Folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    public string Folder { get; }

    /// <summary>Whether a job may be begun: on a full disk, or in a folder that somebody removed, it would only fail.</summary>
    public bool HasRoom => Directory.Exists(Folder) && new DriveInfo(Folder).AvailableFreeSpace >= _minFreeBytes;

    /// <exception cref="JobFailedException">DISK_FULL: too little is free.</exception>
    public AttemptFolder OpenAttempt(Guid jobId, long fence)
    {
        if (!HasRoom)
        {
            throw new JobFailedException(JobErrorCode.DiskFull, "The worker's disk is nearly full.");
        }

        return new AttemptFolder(Path.Combine(Folder, $"{jobId}-{fence}"));
    }

    public void Dispose()
    {
        _lock.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static void RemoveDead(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            // Between its folder and its lock a starting worker has nothing to lose but the folder, and it makes that in one go.
            var path = Path.Combine(folder, LockName);
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                }

                Directory.Delete(folder, recursive: true);
            }
            catch (FileNotFoundException) when (!Directory.EnumerateFileSystemEntries(folder).Any())
            {
                // Just made by a starting worker, or the last thing that a dead one did: empty either way.
            }
            catch (IOException)
            {
                // Its worker lives.
            }
        }
    }
}
