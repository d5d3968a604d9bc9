namespace Kinora.Core.Infra.Storage;

public enum IntentState { Writing, Published, Doomed }

/// <summary>
/// What is written under a prefix. Committed before the first PUT, so that no object is ever unknown to a row. For the collector is what is
/// DOOMED past its time, an upload's that is WRITING past its time, and an attempt's that is WRITING and whose attempt is over.
/// </summary>
public sealed class StorageIntent
{
    /// <summary>Ends with "/".</summary>
    public required string Prefix { get; init; }
    public required Guid VideoId { get; init; }

    /// <summary>Null for an upload.</summary>
    public Guid? JobId { get; init; }
    public long? Fence { get; init; }
    public IntentState State { get; set; } = IntentState.Writing;
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>How often the collector has swept it: a zombie may write late, so once is not enough.</summary>
    public int Sweeps { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
