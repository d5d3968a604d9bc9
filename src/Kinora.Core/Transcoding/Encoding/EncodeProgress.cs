namespace Kinora.Core.Transcoding.Encoding;

/// <param name="OutTimeMs">How much of the video is encoded.</param>
/// <param name="Fraction">0 to 1, never falling; 0 while the length is unknown.</param>
public readonly record struct EncodeProgress(long OutTimeMs, double Fraction);
