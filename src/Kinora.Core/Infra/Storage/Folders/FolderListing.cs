using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>
/// The files below a folder in the ordinal order of their keys, holding the names of one folder a level in memory, never the tree.
/// </summary>
internal static class FolderListing
{
    public static async IAsyncEnumerable<ObjectInfo> ListAsync(
        string root, string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pending = new Stack<Queue<Entry>>();
        pending.Push(Read(root, prefix[..(prefix.LastIndexOf('/') + 1)], prefix));
        while (pending.TryPeek(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!folder.TryDequeue(out var entry))
            {
                pending.Pop();
            }
            else if (entry.IsFolder)
            {
                // A worker thread's turn: the walk of a large tree is a long row of blocking calls.
                await Task.Yield();
                pending.Push(Read(root, entry.Key, prefix));
            }
            else if (Stat(root, entry.Key) is { } info)
            {
                yield return info;
            }
        }
    }

    /// <summary>The keys in one folder ("" or "a/b/"). A folder's own key ends with "/", which sorts it as the keys in it do.</summary>
    private static Queue<Entry> Read(string root, string folder, string prefix)
    {
        try
        {
            var entries = new FileSystemEnumerable<Entry>(
                Path.Combine(root, folder),
                (ref entry) => new Entry(entry.IsDirectory ? $"{folder}{entry.FileName}/" : $"{folder}{entry.FileName}", entry.IsDirectory),
                new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false })
            {
                // Names with a leading dot are no keys: the temporary area, and what file systems leave (".nfs...", ".snapshot").
                ShouldIncludePredicate = (ref entry) => !entry.FileName.StartsWith('.'),
            }.Where(entry => Overlaps(entry.Key, prefix));
            return new Queue<Entry>(entries.OrderBy(entry => entry.Key, StringComparer.Ordinal));
        }
        catch (DirectoryNotFoundException)
        {
            return []; // never there, or pruned since its parent was read
        }
    }

    private static bool Overlaps(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) || (key[^1] == '/' && prefix.StartsWith(key, StringComparison.Ordinal));

    public static ObjectInfo? Stat(string root, string key)
    {
        // Refreshed by hand: each property would look at the disk on its own, and the file may be deleted between two of them.
        var file = new FileInfo(Path.Combine(root, key));
        file.Refresh();
        return file.Exists ? new ObjectInfo(key, file.Length, file.LastWriteTimeUtc) : null;
    }

    private readonly record struct Entry(string Key, bool IsFolder);
}
