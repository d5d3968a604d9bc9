using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Files that tell whether anybody, in whatever namespace, has opened them: inotify(7) of the kernel, by their inodes.</summary>
internal sealed partial class FileCanary : IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Opened = 0x20;
    private const int MaxEvent = 4096;
    private readonly int _watch = inotify_init1(NonBlocking);

    public FileCanary(params string[] paths)
    {
        foreach (var path in paths)
        {
            if (_watch < 0 || inotify_add_watch(_watch, path, Opened) < 0)
            {
                throw new Win32Exception();
            }
        }
    }

    /// <summary>Whether one of them has been opened since it was last asked.</summary>
    public bool HasBeenOpened()
    {
        var buffer = new byte[MaxEvent];
        return read(_watch, buffer, buffer.Length) > 0;
    }

    public void Dispose() => _ = close(_watch);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int watch, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int file, [Out] byte[] buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);
}
