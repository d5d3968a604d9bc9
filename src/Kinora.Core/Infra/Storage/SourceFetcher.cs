using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage.Folders;

namespace Kinora.Core.Infra.Storage;

/// <summary>Brings an object to a local file for ffmpeg, whose seeks would each be a request otherwise.</summary>
public sealed class SourceFetcher(IObjectStore objects)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Of an IOException that bears no errno: .NET tells of a preallocation that found no room (ENOSPC, EFBIG) in words alone.</summary>
    private const int NoErrno = unchecked((int)0x80131620); // COR_E_IO

    /// <summary>Fixed: no name of a user comes near a command line.</summary>
    private const string FileName = "source";

    /// <summary>
    /// Whether objects are files of this host. A remote store's bytes may be changed on their way, where nothing but a checksum sees it.
    /// </summary>
    public bool IsLocal => objects is FolderObjectStore;

    /// <param name="sha256">Of the object, as its row has it (<see cref="SourceHash"/>); compared unless the file is the object itself.</param>
    /// <returns>The file's path, in the folder.</returns>
    /// <exception cref="StorageException">
    /// It is missing (<see cref="StorageException.IsMissing"/>), of other bytes than were stored when it was read twice
    /// (<see cref="StorageException.IsDamaged"/>), or cannot be read.
    /// </exception>
    /// <exception cref="JobFailedException">DISK_FULL: the folder has no room for it.</exception>
    public async Task<string> FetchAsync(string key, long sizeBytes, byte[] sha256, string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, FileName);
        if (objects is FolderObjectStore local && local.FindPath(key) is { } stored && new FileInfo(stored).Length == sizeBytes)
        {
            // Objects never change: a link saves the copy.
            File.CreateSymbolicLink(path, stored);
            return path;
        }

        // Once more, since a bit may turn over on its way from the store.
        return await IsCopiedAsync(key, sizeBytes, sha256, path, cancellation) || await IsCopiedAsync(key, sizeBytes, sha256, path, cancellation)
            ? path
            : throw new StorageException("The source's bytes are not those that were stored.") { IsDamaged = true };
    }

    /// <returns>Whether it has the bytes that were stored.</returns>
    private async Task<bool> IsCopiedAsync(string key, long sizeBytes, byte[] sha256, string path, CancellationToken cancellation)
    {
        await using var content = await objects.OpenReadAsync(key, 0, null, cancellation)
            ?? throw new StorageException("The source is missing.") { IsMissing = true };
        await using var file = Create(path, sizeBytes);
        try
        {
            using var hash = SourceHash.Like(sha256);
            await CopyAsync(content.Stream, file, hash, cancellation);
            return file.Length == sizeBytes && hash.Finish().AsSpan().SequenceEqual(sha256);
        }
        catch (StorageException e) when (e.IsGarbled)
        {
            return false;
        }
    }

    private static FileStream Create(string path, long sizeBytes)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
                // Fails at once when the disk has no room for it, not after hours.
                PreallocationSize = sizeBytes,
            });
        }
        catch (IOException e) when (e.HResult == NoErrno)
        {
            throw new JobFailedException(JobErrorCode.DiskFull, "The worker's disk is full.", e);
        }
    }

    private static async Task CopyAsync(Stream from, FileStream to, SourceHash hash, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        while (await from.ReadAtLeastAsync(buffer, BufferSize, throwOnEndOfStream: false, cancellation) is > 0 and var count)
        {
            hash.Append(buffer.AsSpan(0, count));
            await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
            await Failpoint.HitAsync(FailpointName.HlsInFetch, cancellation);
        }
    }
}
