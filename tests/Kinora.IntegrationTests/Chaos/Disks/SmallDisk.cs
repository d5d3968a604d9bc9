using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Chaos.Disks;

/// <summary>A file system of a few MiB, in memory, that can be filled up to its last page by a ballast. Needs root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const int BlockBytes = 4096;

    private SmallDisk(string path) => (Path, EmptyBytes) = (path, new DriveInfo(path).AvailableFreeSpace);

    public string Path { get; }

    /// <summary>Free as long as nothing is kept.</summary>
    public long EmptyBytes { get; }

    public long FreeBytes => new DriveInfo(Path).AvailableFreeSpace;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Over whatever the folder holds. Skips the test where nothing can be mounted.</summary>
    public static async Task<SmallDisk> MountAsync(string path, int mebibytes)
    {
        Directory.CreateDirectory(path);
        var (code, output) = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", path);
        Assert.SkipWhen(code != 0, $"To mount a file system needs root (CAP_SYS_ADMIN): {output}");
        return new SmallDisk(path);
    }

    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[BlockBytes];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // ENOSPC.
        }
    }

    public void Relieve() => File.Delete(Ballast);

    /// <summary>After the processes that use it.</summary>
    public async ValueTask DisposeAsync() => await RunAsync("umount", Path);

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(
            new ChildProcessSpec(program, arguments) { OnOutputLine = lines.Enqueue, OnErrorLine = lines.Enqueue });
        return (await process.Exited, string.Join('\n', lines));
    }
}
