namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// A file to upload. <see cref="Name"/> is relative to the package ("1080p/0.m4s"), <see cref="Path"/> is where it lies now.
/// </summary>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PackagedFile(string Name, string Path, long SizeBytes, string Sha256, string ContentType);
