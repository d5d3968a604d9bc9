namespace Kinora.Core.Infra.Storage;

/// <summary>
/// Where bytes live: an S3 bucket or a local folder. Keys are made by Kinora alone (<see cref="ObjectKey"/>), never from a string of a
/// user; one outside of [a-z0-9._/-] is an ArgumentException. No key may be another one's folder ("a" beside "a/b"). Every method may
/// throw <see cref="StorageException"/>: the store is down, slow or full, and the same call may succeed later. No exchange with a
/// remote store waits for ever.
/// </summary>
public interface IObjectStore
{
    /// <summary>
    /// Stores the whole local file under the key and replaces what was there. Returns only once all bytes are durable in the store and
    /// their number is right. Whoever reads the key meanwhile sees the whole old object or the whole new one, never a part; on an error
    /// or cancellation no part is left behind, as long as the store can still be reached. An answer that was lost on its way is an error
    /// too: the object may then be there, whole. Of several puts of one key at once one wins, whole, and the others may be refused. A
    /// local file that is missing is a FileNotFoundException.
    /// </summary>
    Task PutFileAsync(string key, string path, string contentType, CancellationToken cancellation);

    /// <summary>As <see cref="PutFileAsync"/>, for small objects in memory.</summary>
    Task PutBytesAsync(string key, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation);

    /// <summary>
    /// Opens the object, or <paramref name="length"/> bytes of it from <paramref name="offset"/>; null when there is none. The stream
    /// reads straight from the store and asynchronously only, is not seekable, holds no more than a buffer in memory, and throws
    /// <see cref="StorageException"/> when it ends before its promised length. A range past the end is cut to what exists. Disposing of
    /// it early costs nothing.
    /// </summary>
    Task<ObjectContent?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellation);

    /// <summary>The object's size and age; null when there is none.</summary>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Removes the objects; one that does not exist is no error. Any number of keys. After an error some may be gone and others not:
    /// call again.
    /// </summary>
    Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation);

    /// <summary>
    /// All objects whose key starts with the prefix, in the ordinal order of their keys, page by page. What is put or deleted meanwhile
    /// may or may not be seen.
    /// </summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>
    /// Puts that began before the time and have not ended, in no order, page by page: what killed processes left. Not every store can tell
    /// them from puts that are under way (a folder can, by their locks): who means to abort one asks whether its key may still be written.
    /// </summary>
    IAsyncEnumerable<UnfinishedPut> ListUnfinishedAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>
    /// Takes back what the put has stored so far; a writer that is at it all the same gets a <see cref="StorageException"/> (in a folder it
    /// is left alone). One that has ended meanwhile, either way, is no error, and its object stays.
    /// </summary>
    Task AbortAsync(UnfinishedPut put, CancellationToken cancellation);

    /// <summary>Answers when the store can be reached and its bucket or folder can be used; throws otherwise.</summary>
    Task PingAsync(CancellationToken cancellation);
}

/// <summary>An open object. <see cref="Length"/> bytes of <see cref="Stream"/> out of <see cref="TotalLength"/>.</summary>
public sealed record ObjectContent(Stream Stream, long Length, long TotalLength) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

public sealed record ObjectInfo(string Key, long Length, DateTimeOffset LastModified);

/// <param name="Key">Null where the store does not know it before the put's end.</param>
/// <param name="Id">The store's own name for it.</param>
/// <param name="StartedAt">By the store's clock; where only the last write to it is known, that.</param>
public sealed record UnfinishedPut(string? Key, string Id, DateTimeOffset StartedAt);
