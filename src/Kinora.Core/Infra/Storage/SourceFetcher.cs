using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage.Folders;

namespace Kinora.Core.Infra.Storage;

/// <summary>Brings an object to a local file for ffmpeg, whose seeks would each be a request otherwise.</summary>
public sealed class SourceFetcher(IObjectStore objects)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Fixed: no name of a user comes near a command line.</summary>
    private const string FileName = "source";

    /// <returns>The file's path, in the folder.</returns>
    /// <exception cref="StorageException">It is missing, cut short, or cannot be read.</exception>
    public async Task<string> FetchAsync(string key, long sizeBytes, string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, FileName);
        if (objects is FolderObjectStore local && local.FindPath(key) is { } stored && new FileInfo(stored).Length == sizeBytes)
        {
            // Objects never change: a link saves the copy.
            File.CreateSymbolicLink(path, stored);
            return path;
        }

        await using var content = await objects.OpenReadAsync(key, 0, null, cancellation)
            ?? throw new StorageException("The source is missing.");
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
            // Fails at once, with ENOSPC, when the disk has no room for it.
            PreallocationSize = sizeBytes,
        });
        var buffer = new byte[BufferSize];
        while (await content.Stream.ReadAtLeastAsync(buffer, BufferSize, throwOnEndOfStream: false, cancellation) is > 0 and var count)
        {
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
            await Failpoint.HitAsync(FailpointName.HlsInFetch, cancellation);
        }

        return file.Length == sizeBytes ? path : throw new StorageException($"The source has {file.Length} bytes, not {sizeBytes}.");
    }
}
