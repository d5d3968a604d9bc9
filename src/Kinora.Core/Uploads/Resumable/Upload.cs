namespace Kinora.Core.Uploads.Resumable;

/// <summary>ACTIVE: bytes are missing. COMPLETE: all are stored, the video is to be made. FINISHED: it is made.</summary>
public enum UploadStatus { Active, Complete, Finished }

/// <summary>
/// A resumable upload (tus 1.0): what is stored of a source so far. Whole parts are in the store as parts of the object that is to be; what
/// is left of a request beyond them is an object of its own, the tail, until more comes. The id is that of the video to be.
/// </summary>
public sealed record Upload
{
    public required Guid Id { get; init; }
    public required Guid OwnerId { get; init; }
    public UploadStatus Status { get; init; } = UploadStatus.Active;
    public required long LengthBytes { get; init; }

    /// <summary>How many bytes, from the first one on, are durable.</summary>
    public long OffsetBytes { get; init; }

    /// <summary>Of all parts but the last.</summary>
    public required int PartBytes { get; init; }

    /// <summary>Of the request that writes, or wrote last: the later one has the higher number, and an earlier one can store no offset.</summary>
    public long Fence { get; init; }

    /// <summary>The store's name for the object in parts; null until the first part is put.</summary>
    public string? PutId { get; init; }

    /// <summary>From the bytes; null until enough of them are there.</summary>
    public string? ContentType { get; init; }

    /// <summary>Null: the offset is at a part's end.</summary>
    public string? TailKey { get; init; }
    public byte[]? TailSha256 { get; init; }

    /// <summary>As the client sent it, to be given back; null: it sent none.</summary>
    public string? Metadata { get; init; }
    public string? Title { get; init; }
    public string? OriginalFilename { get; init; }
    public bool Transcode { get; init; }
    public string? RequestId { get; init; }

    /// <summary>Null until FINISHED.</summary>
    public Guid? AnalyzeJobId { get; init; }

    /// <summary>Later with each request that writes. Then what was stored is collected, and the row a day after.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public long LeftBytes => LengthBytes - OffsetBytes;
}

/// <summary>A part that is in the store.</summary>
public sealed record UploadPart
{
    public required Guid UploadId { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>What the store knows it by.</summary>
    public required string Tag { get; init; }
    public required byte[] Sha256 { get; init; }
}
