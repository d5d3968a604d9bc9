using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>
/// Makes the names in a folder durable. fsync of a file does not cover its directory entry (fsync(2)), and .NET opens no directories.
/// </summary>
internal static partial class FolderSync
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC, the same on x86-64 and arm64
    private const int NoSuchEntry = 2;

    /// <summary>The folder and all above it up to the root, since another process may have made one and not synced it yet.</summary>
    public static void SyncUpTo(string root, string folder)
    {
        for (var path = folder; ; path = Path.GetDirectoryName(path) ?? root)
        {
            Sync(path);
            if (path.Length <= root.Length)
            {
                return;
            }
        }
    }

    // A folder that is gone has nothing to make durable but its own absence, which is its parent's.
    private static void Sync(string folder)
    {
        using var handle = Open(folder, ReadOnlyCloseOnExec);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == NoSuchEntry)
            {
                return;
            }

            throw new IOException($"Cannot open {folder}.", error);
        }

        if (Fsync(handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"Cannot sync {folder}: {new Win32Exception(error).Message}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);
}
