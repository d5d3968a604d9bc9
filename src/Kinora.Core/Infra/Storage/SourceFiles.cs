namespace Kinora.Core.Infra.Storage;

/// <summary>
/// Sources as local files, one copy a video for all attempts of this process: the spans of a video come one after the other, and each would
/// fetch it anew. A copy goes a while after its last user.
/// </summary>
public sealed class SourceFiles(SourceFetcher fetcher, TimeProvider time)
{
    private const string FolderName = "sources";

    /// <summary>From the end of one unit to the claim of the next one it takes a fraction of it.</summary>
    private static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Lock _lock = new();

    /// <param name="attemptFolder">Of the attempt; copies lie beside it.</param>
    /// <inheritdoc cref="SourceFetcher.FetchAsync" path="/exception"/>
    public async Task<SourceFile> OpenAsync(string key, long sizeBytes, byte[] sha256, string attemptFolder, CancellationToken cancellation)
    {
        if (fetcher.IsLocal)
        {
            // A link is no copy.
            return new SourceFile(await fetcher.FetchAsync(key, sizeBytes, sha256, attemptFolder, cancellation), () => { });
        }

        var entry = Take(key, attemptFolder);
        try
        {
            // One fetches; where that fails, or is cancelled, the next one tries for itself.
            await entry.Fetching.WaitAsync(cancellation);
            try
            {
                entry.Path ??= await fetcher.FetchAsync(key, sizeBytes, sha256, Directory.CreateDirectory(entry.Folder).FullName, cancellation);
            }
            finally
            {
                entry.Fetching.Release();
            }

            return new SourceFile(entry.Path, () => Release(key, entry));
        }
        catch
        {
            Release(key, entry);
            throw;
        }
    }

    private Entry Take(string key, string attemptFolder)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                // A folder of its own each time: the one before may be about to be removed.
                var root = Path.Combine(Path.GetDirectoryName(attemptFolder)!, FolderName);
                entry = _entries[key] = new Entry(Path.Combine(root, Guid.CreateVersion7().ToString()));
            }

            entry.Users++;
            return entry;
        }
    }

    private void Release(string key, Entry entry)
    {
        int uses;
        lock (_lock)
        {
            entry.Users--;
            uses = ++entry.Uses;
        }

        _ = RemoveLaterAsync(key, entry, uses);
    }

    private async Task RemoveLaterAsync(string key, Entry entry, int uses)
    {
        // A copy that failed is half a file, and its room is wanted.
        await Task.Delay(entry.Path is null ? TimeSpan.Zero : KeepTime, time, CancellationToken.None);
        lock (_lock)
        {
            if (entry.Users > 0 || entry.Uses != uses || _entries.GetValueOrDefault(key) != entry)
            {
                return;
            }

            _entries.Remove(key);
        }

        try
        {
            Directory.Delete(entry.Folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes with the process's whole folder.
        }
    }

    private sealed class Entry(string folder)
    {
        public string Folder { get; } = folder;
        public SemaphoreSlim Fetching { get; } = new(1, 1);
        public string? Path { get; set; }
        public int Users { get; set; }
        public int Uses { get; set; }
    }
}

/// <summary>A source that is there until this is disposed.</summary>
public sealed class SourceFile(string path, Action release) : IDisposable
{
    private Action? _release = release;

    public string Path { get; } = path;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
