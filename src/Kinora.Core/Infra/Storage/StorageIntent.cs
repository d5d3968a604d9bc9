namespace Kinora.Core.Infra.Storage;

public enum IntentState { Writing, Published, Doomed }

/// <summary>
/// What is written under a prefix, and until when. Committed before the first PUT, so that no object is ever unknown to a row. WRITING
/// past its time, or DOOMED past its time, is for the collector, which alone deletes objects.
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
