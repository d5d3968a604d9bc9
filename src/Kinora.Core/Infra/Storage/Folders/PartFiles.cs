using System.Globalization;

namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>
/// Objects that come in parts: one file each, which every part is written into at its place. It lies in the store's file system, below a
/// name with a leading dot, so that it is no key, and completing it is a rename. The file's name says who writes: an earlier writer that
/// is late (its process was paused, say) finds its file renamed by the later one.
/// </summary>
internal sealed class PartFiles(string root)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Stands for "/", which no file's name may have and no key has.</summary>
    private const char Slash = '+';

    /// <summary>Another writer holds the lock for the milliseconds that a part takes; one that is paused in their midst, until it goes on.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _folder = Path.Combine(root, ".parts");

    /// <returns>The id.</returns>
    public string Begin(string key)
    {
        Directory.CreateDirectory(_folder);
        var id = Guid.CreateVersion7().ToString();
        using (new FileStream(PathOf(key, id, 0), FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
        }

        FolderSync.SyncUpTo(root, _folder);
        return id;
    }

    public async Task WriteAsync(string key, string id, ObjectPart part, string path, CancellationToken cancellation)
    {
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        await using var file = await LockAsync(key, id, part.Writer, cancellation);
        file.Position = part.Offset;
        await content.CopyToAsync(file, BufferSize, cancellation);
        await Task.Run(() => file.Flush(flushToDisk: true), cancellation);
    }

    /// <summary>The file with all of its bytes, durable, to be given its name.</summary>
    /// <returns>Null: there is no such file.</returns>
    public string? Finish(string key, string id, long length)
    {
        if (Find(key, id) is not var (path, _))
        {
            return null;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        if (file.Length < length)
        {
            throw new IOException($"It has {file.Length} bytes instead of {length}.");
        }

        file.SetLength(length);
        file.Flush(flushToDisk: true);
        return path;
    }

    /// <summary>Those that nobody has written to since, and nobody is writing to.</summary>
    public IEnumerable<UnfinishedPut> List(DateTimeOffset before)
    {
        var folder = new DirectoryInfo(_folder);
        foreach (var file in folder.Exists ? folder.EnumerateFiles() : [])
        {
            file.Refresh();
            if (file.Exists && file.LastWriteTimeUtc < before && Parse(file.Name) is var (key, id))
            {
                yield return new UnfinishedPut(key, id, file.LastWriteTimeUtc);
            }
        }
    }

    /// <summary>One that is being written to stays.</summary>
    public void Remove(string key, string id)
    {
        if (Find(key, id) is var (path, _) && !TemporaryFiles.IsLocked(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>Opens the file for this writer alone.</summary>
    private async Task<FileStream> LockAsync(string key, string id, long writer, CancellationToken cancellation)
    {
        for (var waited = TimeSpan.Zero; ; waited += LockInterval)
        {
            var (path, last) = Find(key, id) ?? throw new IOException("It was taken back.");
            if (last > writer)
            {
                throw new IOException("A later writer has it.");
            }

            try
            {
                return LockAs(path, PathOf(key, id, writer));
            }
            catch (FileNotFoundException)
            {
                // Renamed by another writer since it was found, or before the lock was ours.
            }
            catch (IOException) when (waited < LockTimeout)
            {
                await Task.Delay(LockInterval, cancellation);
            }
        }
    }

    /// <summary>Renamed under the lock: whoever else has found the file by its old name has to look again.</summary>
    private static FileStream LockAs(string path, string name)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        try
        {
            File.Move(path, name);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private (string Path, long Writer)? Find(string key, string id)
    {
        if (!Directory.Exists(_folder))
        {
            return null;
        }

        // A rename may hide the file from one look.
        for (var look = 0; look < 3; look++)
        {
            foreach (var path in Directory.EnumerateFiles(_folder, $"{NameOf(key, id)}.*"))
            {
                return (path, long.Parse(Path.GetExtension(path)[1..], CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    private static (string Key, string Id)? Parse(string name)
    {
        var end = name.LastIndexOf(Slash);
        var dot = name.LastIndexOf('.');
        return end > 0 && dot > end ? (name[..end].Replace(Slash, '/'), name[(end + 1)..dot]) : null;
    }

    private static string NameOf(string key, string id) => $"{key.Replace('/', Slash)}{Slash}{Guid.ParseExact(id, "D")}";

    private string PathOf(string key, string id, long writer) => Path.Combine(_folder, $"{NameOf(key, id)}.{writer}");
}
