namespace Kinora.Core.Infra.Storage;

/// <summary>
/// Where bytes live: an S3 bucket or a local folder. Keys are made by Kinora alone (<see cref="ObjectKey"/>), never from a string of a
/// user. Every method may throw <see cref="StorageException"/>: the store is down, slow or full, and the same call may succeed later.
/// </summary>
public interface IObjectStore
{
    /// <summary>
    /// Stores the whole local file under the key and replaces what was there. Returns only once all bytes are durable in the store and
    /// their number is right; on an error or cancellation nothing is visible under the key and no part is left behind.
    /// </summary>
    Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation);

    /// <summary>As <see cref="PutFileAsync"/>, for small objects in memory.</summary>
    Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation);

    /// <summary>
    /// Opens the object, or <paramref name="length"/> bytes of it from <paramref name="offset"/>; null when there is none. The stream
    /// reads straight from the store, is not seekable, holds no more than a buffer in memory, and throws <see cref="StorageException"/>
    /// when it ends before its promised length. A range past the end is cut to what exists.
    /// </summary>
    Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation);

    /// <summary>The object's size and age; null when there is none.</summary>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation);

    /// <summary>Removes the objects; one that does not exist is no error. Any number of keys.</summary>
    Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation);

    /// <summary>All objects whose key starts with the prefix, in the order of their keys, page by page.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Answers when the store can be reached and its bucket or folder can be used; throws otherwise.</summary>
    Task PingAsync(CancellationToken cancellation);
}

/// <summary>An open object. <see cref="Length"/> bytes of <see cref="Stream"/> out of <see cref="TotalLength"/>.</summary>
public sealed record ObjectContent(Stream Stream, long Length, long TotalLength) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

public sealed record ObjectInfo(string Key, long Length, DateTimeOffset LastModified);
