using Kinora.Core.Infra.Media;

namespace Kinora.Core.Videos;

public enum VideoStatus { Uploaded, Analyzed, Ready, Failed }

/// <summary>
/// An uploaded video. UPLOADED → ANALYZED → READY, or FAILED when its bytes are no playable video. A deleted video keeps its row (its
/// jobs refer to it), without what its owner wrote into it.
/// </summary>
public sealed class Video
{
    public const int MaxTitleLength = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid OwnerId { get; init; }
    public required string Title { get; set; }

    /// <summary>For show only: never part of a path or an object key.</summary>
    public required string OriginalFilename { get; set; }
    public VideoStatus Status { get; set; } = VideoStatus.Uploaded;
    public required long SizeBytes { get; init; }

    /// <summary>From the bytes (magic numbers), not from the client.</summary>
    public required string ContentType { get; init; }

    /// <summary>Of the bytes, or of their parts: <see cref="Infra.Storage.SourceHash"/>.</summary>
    public required byte[] Sha256 { get; init; }
    public required string SourceKey { get; init; }

    /// <summary>HLS is to be queued as soon as the analysis has succeeded.</summary>
    public bool TranscodeAfterAnalysis { get; init; }

    /// <summary>Null until ANALYZED.</summary>
    public MediaInfo? MediaInfo { get; set; }
    public string? ErrorCode { get; set; }
    public string? ErrorMessage { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }
}
