namespace Kinora.Core.Playback;

/// <summary>Paths on this API, good until <see cref="ExpiresAt"/> without any header.</summary>
public sealed record PlaybackLinks(string MasterPath, string? ThumbnailPath, DateTimeOffset ExpiresAt);

/// <summary>An object to serve.</summary>
/// <param name="Sha256">Lower-case hex: a strong ETag.</param>
public sealed record StoredFile(string Key, long SizeBytes, string Sha256, string ContentType);
