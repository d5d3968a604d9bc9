using Kinora.Core.Jobs;

namespace Kinora.Core.Playback;

/// <summary>
/// What a job made of a video: a set of objects under one prefix that is never written twice. At most one is current for each
/// (video, type); only names in a manifest are ever served.
/// </summary>
public sealed class Derivative
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid VideoId { get; init; }
    public required Guid JobId { get; init; }

    /// <summary>The type of job that makes it: THUMBNAIL or HLS.</summary>
    public required JobType Type { get; init; }
    public required long Fence { get; init; }

    /// <summary>Ends with "/". All that it consists of lies under it; of an HLS that was made by units, under several that begin with it.</summary>
    public required string Prefix { get; init; }
    public required Manifest Manifest { get; init; }

    /// <summary>The report of the verification, as JSON; null for a thumbnail.</summary>
    public string? Verification { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a newer one took its place: it is served for a while longer, to players in mid-stream. Null: the current one.</summary>
    public DateTimeOffset? ReplacedAt { get; init; }
}

/// <summary>All files of a derivative, by name.</summary>
public sealed record Manifest(IReadOnlyList<ManifestFile> Files);

/// <param name="Name">As it stands in a playlist: "1080p/0.m4s".</param>
/// <param name="SizeBytes">Whole object.</param>
/// <param name="Sha256">Lower-case hex; also the ETag.</param>
/// <param name="Path">Where it is stored, relative to the derivative's prefix; null: under its name.</param>
public sealed record ManifestFile(string Name, long SizeBytes, string Sha256, string ContentType, string? Path = null)
{
    /// <param name="prefix">The derivative's.</param>
    public string KeyUnder(string prefix) => prefix + (Path ?? Name);
}
