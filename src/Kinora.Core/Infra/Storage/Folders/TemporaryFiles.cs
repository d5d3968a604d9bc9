namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>
/// The area in the store's folder where objects are written before they get their name: in the same file system, so that a rename is
/// atomic, and with a leading dot, so that it is no key.
/// </summary>
internal sealed class TemporaryFiles(string root)
{
    private const int BufferSize = 256 * 1024;

    private readonly string _folder = Path.Combine(root, ".tmp");

    /// <summary>Copies all of the content into a new file and makes it durable. Leaves no file behind when it throws.</summary>
    public async Task<string> WriteAsync(Stream content, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        var path = NewPath();
        var length = content.Length;
        try
        {
            // FileShare.None locks the file (flock): that tells a file in use from one that a crash left.
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            await content.CopyToAsync(file, BufferSize, cancellation);
            if (file.Length != length)
            {
                throw new IOException("The content changed while it was read.");
            }

            await Task.Run(() => file.Flush(flushToDisk: true), cancellation);
            return path;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Proves that the folder can be written to.</summary>
    public void Probe()
    {
        Directory.CreateDirectory(_folder);
        using var file = new FileStream(NewPath(), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
    }

    /// <summary>
    /// Files that nobody has locked and nobody has written to since. A younger one may belong to a writer between its file's making and
    /// its lock, or between its last byte and the rename.
    /// </summary>
    public IEnumerable<UnfinishedPut> ListUnlocked(DateTimeOffset before)
    {
        var folder = new DirectoryInfo(_folder);
        foreach (var file in folder.Exists ? folder.EnumerateFiles() : [])
        {
            // The age first: to ask for the lock of a file that is just being made would take it from its writer.
            file.Refresh();
            if (file.Exists && file.LastWriteTimeUtc < before && !IsLocked(file.FullName))
            {
                yield return new UnfinishedPut(null, file.Name, file.LastWriteTimeUtc);
            }
        }
    }

    /// <summary>One that is locked by now stays: its writer lives.</summary>
    public void Remove(string name)
    {
        var path = Path.Combine(_folder, Path.GetFileName(name));
        if (!IsLocked(path))
        {
            File.Delete(path);
        }
    }

    private string NewPath() => Path.Combine(_folder, Guid.CreateVersion7().ToString());

    internal static bool IsLocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
