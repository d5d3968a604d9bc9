namespace Kinora.Core.Infra.Storage;

/// <summary>The object store could not do what was asked of it, this time. The API answers UNAVAILABLE; a job tries again.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>There is no room left: a job fails with DISK_FULL instead of STORAGE.</summary>
    public bool IsFull { get; init; }

    /// <summary>The store answers, but an object that a row knows is not there: another attempt hardly helps.</summary>
    public bool IsMissing { get; init; }

    /// <summary>The bytes that came are not those that were stored, as their checksum or their number says: when read again they may be.</summary>
    public bool IsGarbled { get; init; }

    /// <summary>It was read again, and its bytes are still not those that were stored: another attempt hardly helps.</summary>
    public bool IsDamaged { get; init; }
}
