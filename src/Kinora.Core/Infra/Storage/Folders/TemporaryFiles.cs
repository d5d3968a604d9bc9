namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>
/// The area in the store's folder where objects are written before they get their name: in the same file system, so that a rename is
/// atomic, and with a leading dot, so that it is no key.
/// </summary>
internal sealed class TemporaryFiles(string root, TimeProvider time)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>A file as young as this may be one that another process has created and not locked yet.</summary>
    private static readonly TimeSpan SafeAge = TimeSpan.FromHours(1);

    private readonly string _folder = Path.Combine(root, ".tmp");
    private int _swept;

    /// <summary>Copies all of the content into a new file and makes it durable. Leaves no file behind when it throws.</summary>
    public async Task<string> WriteAsync(Stream content, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        if (Interlocked.Exchange(ref _swept, 1) == 0)
        {
            Sweep();
        }

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

    private string NewPath() => Path.Combine(_folder, Guid.CreateVersion7().ToString());

    private void Sweep()
    {
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            try
            {
                if (time.GetUtcNow() - file.LastWriteTimeUtc > SafeAge)
                {
                    using var unused = file.Open(FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                    file.Delete();
                }
            }
            catch (IOException)
            {
                // Locked: its writer lives, in this process or in another one. Or it is gone already.
            }
        }
    }
}
