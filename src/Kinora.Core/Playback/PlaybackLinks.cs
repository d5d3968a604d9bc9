namespace Kinora.Core.Playback;

/// <summary>Paths on this API, good until <see cref="ExpiresAt"/> without any header.</summary>
public sealed record PlaybackLinks(string MasterPath, string? ThumbnailPath, string? StoryboardPath, DateTimeOffset ExpiresAt);

/// <summary>An object to serve.</summary>
/// <param name="Sha256">Lower-case hex: a strong ETag.</param>
public sealed record StoredFile(string Key, long SizeBytes, string Sha256, string ContentType)
{
    /// <summary>
    /// Its name is never given to other bytes, since it holds the number of the attempt that made it: caches may keep it for ever. So are
    /// media and sprites; playlists and the thumbnail are not.
    /// </summary>
    public bool IsFixed { get; init; } = ContentType is "video/mp4" or "audio/mp4";
}
