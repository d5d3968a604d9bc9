namespace Kinora.Core.Playback;

/// <summary>Paths on this API, good until <see cref="ExpiresAt"/> without any header.</summary>
/// <param name="IsComplete">The HLS is whole; else it grows.</param>
public sealed record PlaybackLinks(
    bool IsComplete, string MasterPath, string? ThumbnailPath, string? StoryboardPath, string EmbedPath, DateTimeOffset ExpiresAt);

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

/// <summary>What stands behind a name of the video's HLS: one of the two.</summary>
/// <param name="Stored">An object.</param>
/// <param name="Playlist">The text of a playlist that grows.</param>
public sealed record HlsFile(StoredFile? Stored, string? Playlist);
