using Kinora.Core.Infra.Media;

namespace Kinora.Core.Videos;

public enum VideoStatus { Fetching, Uploaded, Analyzed, Ready, Failed }

/// <summary>
/// An uploaded video. UPLOADED → ANALYZED → READY, or FAILED when its bytes are no playable video; before that FETCHING, where Kinora
/// itself gets the bytes from the address that the user has named. A deleted video keeps its row (its
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

    /// <summary>Null, like all of the source, until its bytes are stored.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>From the bytes (magic numbers), not from the client.</summary>
    public string? ContentType { get; init; }

    /// <summary>Of the bytes, or of their parts: <see cref="Infra.Storage.SourceHash"/>.</summary>
    public byte[]? Sha256 { get; init; }
    public string? SourceKey { get; init; }

    /// <summary>Where the bytes are to be had; while FETCHING alone, since it may bear secrets. Shown to nobody.</summary>
    public string? FetchUrl { get; init; }

    /// <summary>HLS is to be queued as soon as the analysis has succeeded.</summary>
    public bool TranscodeAfterAnalysis { get; init; }

    /// <summary>Null until ANALYZED.</summary>
    public MediaInfo? MediaInfo { get; set; }
    public string? ErrorCode { get; set; }
    public string? ErrorMessage { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Of a video that has one: all that are not FETCHING, and have not FAILED there.</summary>
    public VideoSource Source => SourceKey is { } key && SizeBytes is { } size && Sha256 is { } sha256
        ? new VideoSource(key, size, sha256)
        : throw new InvalidOperationException("The video has no source.");
}

/// <summary>The stored bytes of a video.</summary>
public sealed record VideoSource(string Key, long SizeBytes, byte[] Sha256);
