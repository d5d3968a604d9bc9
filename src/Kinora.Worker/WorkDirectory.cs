using System.Collections.Concurrent;
using Kinora.Core.Errors;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>
/// This process's scratch folder, with one folder an attempt. Its lock file tells other workers of the host that it is in use; what a dead
/// process left is removed by any of them, at their start and while they run.
/// </summary>
internal sealed partial class WorkDirectory : IDisposable
{
    private const string LockName = ".lock";

    /// <summary>A folder gets its name when its lock is held, so that none is ever seen without: its birth takes milliseconds.</summary>
    private const string BirthMark = ".";
    private static readonly TimeSpan LongestBirth = TimeSpan.FromHours(1);

    private readonly ConcurrentQueue<string> _left = new();
    private readonly string _root;
    private readonly FileStream _lock;
    private readonly long _minFreeBytes;
    private readonly TimeProvider _time;
    private readonly ILogger<WorkDirectory> _logger;

    public WorkDirectory(IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkDirectory> logger)
    {
        (_time, _logger) = (time, logger);
        _minFreeBytes = options.Value.MinFreeBytes;
        _root = Path.GetFullPath(options.Value.WorkDir);
        Directory.CreateDirectory(_root);
        RemoveDead();
        var name = Guid.CreateVersion7().ToString();
        var born = Directory.CreateDirectory(Path.Combine(_root, BirthMark + name)).FullName;
        _lock = new FileStream(Path.Combine(born, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Folder = Path.Combine(_root, name);
        Directory.Move(born, Folder);
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

        return new AttemptFolder(Path.Combine(Folder, $"{jobId}-{fence}"), RemoveAttempt);
    }

    /// <summary>Removes the folders of workers that live no more, and of our own attempts that could not be removed at once.</summary>
    public void RemoveDead()
    {
        for (var count = _left.Count; count > 0 && _left.TryDequeue(out var left); count--)
        {
            RemoveAttempt(left);
        }

        foreach (var folder in new DirectoryInfo(_root).EnumerateDirectories().Where(IsDead))
        {
            try
            {
                // The lock goes last: what is left of a removal that is cut off is still known for dead.
                foreach (var content in folder.EnumerateDirectories())
                {
                    content.Delete(recursive: true);
                }

                folder.Delete(recursive: true);
                LogRemoved(folder.Name);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another worker was faster; or it cannot be removed, and the next round tries again.
                LogNotRemoved(e, folder.Name);
            }
        }
    }

    public void Dispose()
    {
        _lock.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A neighbour may have found it without its lock and be faster.
            LogNotRemoved(e, Folder);
        }
    }

    private void RemoveAttempt(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else's hand; it is gone.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(e, path);
            _left.Enqueue(path);
        }
    }

    /// <summary>Only folders of our naming are looked at: WorkDir may hold others, whose meaning we do not know.</summary>
    private bool IsDead(DirectoryInfo folder) =>
        Guid.TryParse(folder.Name, out _)
            ? !IsLocked(folder)
            : folder.Name.StartsWith(BirthMark, StringComparison.Ordinal) && Guid.TryParse(folder.Name[BirthMark.Length..], out _)
              && _time.GetUtcNow() - folder.LastWriteTimeUtc > LongestBirth && !IsLocked(folder);

    private static bool IsLocked(DirectoryInfo folder)
    {
        try
        {
            using var file = new FileStream(Path.Combine(folder.FullName, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // its removal was cut off
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed what a dead worker left in {folder}")]
    private partial void LogRemoved(string folder);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{folder} could not be removed; trying again")]
    private partial void LogNotRemoved(Exception exception, string folder);
}
