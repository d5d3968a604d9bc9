namespace Kinora.Core.Infra.Storage;

/// <summary>
/// Objects that come in parts, over hours and from one process after the other. Beside <see cref="IObjectStore"/>, which both stores are
/// as well: it lists what was begun here as <see cref="UnfinishedPut"/>, by the same id, and aborts it. Faults are
/// <see cref="StorageException"/> here too.
/// </summary>
public interface IObjectParts
{
    /// <returns>The store's own name for what was begun, for the calls below.</returns>
    Task<string> BeginAsync(string key, string contentType, CancellationToken cancellation);

    /// <summary>
    /// Stores the whole local file as a part; returns once it is durable. Put again, a part replaces the one of its number.
    /// </summary>
    /// <returns>What these bytes are called when the object is completed.</returns>
    Task<string> PutPartAsync(string key, string id, ObjectPart part, string path, CancellationToken cancellation);

    /// <summary>
    /// Makes the object out of its parts. Whoever reads the key sees nothing or the whole of it; done once already it is no error.
    /// </summary>
    /// <param name="tags">Of all parts, in their order.</param>
    /// <param name="length">Of the object; a store that has another one then is a fault.</param>
    Task CompleteAsync(string key, string id, IReadOnlyList<string> tags, long length, CancellationToken cancellation);
}

/// <param name="Number">From 1 to 10,000 (S3's limit).</param>
/// <param name="Offset">Of its first byte in the object, in bytes.</param>
/// <param name="Writer">
/// Who puts it: the later one has the higher number. Where a part has no name of its own (a folder), an earlier one that still puts is
/// refused.
/// </param>
public readonly record struct ObjectPart(int Number, long Offset, long Writer);
