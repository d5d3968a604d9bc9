using System.Runtime.CompilerServices;
using Kinora.Core.Infra.Failpoints;

namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>
/// Objects as files below one folder, which any number of processes share: the embedded default. Needs a file system with atomic
/// renames.
/// </summary>
public sealed class FolderObjectStore : IObjectStore, IObjectParts
{
    /// <summary>Each try loses only to a process that pruned the folder at that very moment.</summary>
    private const int RenameTries = 1000;

    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT

    private readonly string _root;
    private readonly TemporaryFiles _temporary;
    private readonly PartFiles _parts;

    public FolderObjectStore(FolderStorageOptions options)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        _temporary = new TemporaryFiles(_root);
        _parts = new PartFiles(_root);
    }

    public async Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        await PutAsync(key, content, cancellation);
    }

    public async Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        await PutAsync(key, BytesStream.Over(content), cancellation);
    }

    public async Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        return await GuardAsync($"open {key}", () => Task.FromResult(Open(key, offset, length)));
    }

    /// <summary>The object as a local file, to be read and never written; null when there is none.</summary>
    public string? FindPath(string key)
    {
        ObjectKey.Check(key);
        var path = Path.Combine(_root, key);
        return File.Exists(path) ? path : null;
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        return GuardAsync($"look at {key}", () => Task.FromResult(FolderListing.Stat(_root, key)));
    }

    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        foreach (var key in keys)
        {
            ObjectKey.Check(key);
        }

        await GuardAsync("delete", () => Task.Run(() => Delete(keys, cancellation), cancellation));
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ObjectKey.CheckPrefix(prefix);
        await using var listing = FolderListing.ListAsync(_root, prefix, cancellation).GetAsyncEnumerator(cancellation);
        while (await GuardAsync($"list {prefix}", () => listing.MoveNextAsync().AsTask()))
        {
            yield return listing.Current;
        }
    }

    public async IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(
        DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var puts = _temporary.ListUnlocked(before).Concat(_parts.List(before)).GetEnumerator();
        while (await GuardAsync("list unfinished puts", () => Task.Run(puts.MoveNext, cancellation)))
        {
            yield return puts.Current;
        }
    }

    public Task AbortAsync(UnfinishedPut put, CancellationToken cancellation) =>
        GuardAsync("remove an unfinished put", () => Task.Run(() => Remove(put), cancellation));

    public Task<string> BeginAsync(string key, string contentType, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        return GuardAsync($"begin {key}", () => Task.Run(() => _parts.Begin(key), cancellation));
    }

    public async Task<string> PutPartAsync(string key, string id, ObjectPart part, string path, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        await GuardAsync($"put part {part.Number} of {key}", () => _parts.WriteAsync(key, id, part, path, cancellation));
        return "";
    }

    public async Task CompleteAsync(string key, string id, IReadOnlyList<string> tags, long length, CancellationToken cancellation)
    {
        ObjectKey.Check(key);
        await GuardAsync($"complete {key}", () => Task.Run(() => Complete(key, id, length), cancellation));
    }

    public async Task PingAsync(CancellationToken cancellation) =>
        await GuardAsync("write", () => Task.Run(_temporary.Probe, cancellation).WaitAsync(cancellation));

    private static async Task GuardAsync(string what, Func<Task> action) => await GuardAsync(what, async () =>
    {
        await action();
        return true;
    });

    private static async Task<T> GuardAsync<T>(string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The storage folder cannot {what}.", e) { IsFull = e.HResult is NoSpace or QuotaExceeded };
        }
    }

    private Task PutAsync(string key, Stream content, CancellationToken cancellation) => GuardAsync($"put {key}", async () =>
    {
        var temporary = await _temporary.WriteAsync(content, cancellation);
        try
        {
            await Failpoint.HitAsync(FailpointName.PublishInPut, cancellation);
            await Task.Run(() => Publish(temporary, key), cancellation);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    });

    private void Remove(UnfinishedPut put)
    {
        if (put.Key is { } key)
        {
            _parts.Remove(key, put.Id);
        }
        else
        {
            _temporary.Remove(put.Id);
        }
    }

    private void Complete(string key, string id, long length)
    {
        try
        {
            Publish(_parts.Finish(key, id, length) ?? throw new IOException("Its parts are gone."), key);
        }
        catch (IOException) when (FolderListing.Stat(_root, key)?.Length == length)
        {
            // It was completed before, or by somebody else at this moment.
        }
    }

    private void Publish(string temporary, string key)
    {
        var path = Path.Combine(_root, key);
        var folder = Path.GetDirectoryName(path) ?? _root;
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.CreateDirectory(folder);
                File.Move(temporary, path, overwrite: true);
                break;
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException && tries < RenameTries)
            {
                // A delete emptied and removed the folder between the two.
            }
        }

        FolderSync.SyncUpTo(_root, folder);
    }

    private ObjectContent? Open(string key, long offset, long? length)
    {
        var path = Path.Combine(_root, key);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(path))
        {
            return null;
        }

        var start = Math.Min(offset, file.Length);
        var count = Math.Min(length ?? long.MaxValue, file.Length - start);
        file.Position = start;
        var stream = new ObjectReadStream(key, file, count, Timeout.InfiniteTimeSpan) { EndsWithInner = false };
        return new ObjectContent(stream, count, file.Length);
    }

    private void Delete(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        var folders = new HashSet<string>();
        foreach (var path in keys.Select(key => Path.Combine(_root, key)))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                File.Delete(path);
                folders.Add(Path.GetDirectoryName(path) ?? _root);
            }
            catch (Exception e) when (e is DirectoryNotFoundException || Directory.Exists(path))
            {
                // Not there.
            }
        }

        foreach (var folder in folders)
        {
            Prune(folder);
            FolderSync.SyncUpTo(_root, folder);
        }
    }

    /// <summary>Removes the folder and those above it while they are empty; rmdir(2) itself refuses one that is not.</summary>
    private void Prune(string folder)
    {
        try
        {
            for (var path = folder; path.Length > _root.Length; path = Path.GetDirectoryName(path) ?? _root)
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not empty, or another process was faster. A folder that stays is no object.
        }
    }
}
