using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// A package on disk. The files stand in the order in which they must be uploaded (media, their playlists, the master), so that no playlist
/// ever names what is not there yet.
/// </summary>
public sealed record Package(IReadOnlyList<PackagedFile> Files, VerificationReport Report);
