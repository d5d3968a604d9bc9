using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>A fragmented MP4 that the encoder wrote: not verified, not published.</summary>
/// <param name="Name">The rendition's: "1080p"; for sound "audio", "audio2", ...</param>
/// <param name="Path">ftyp, moov, then moof and mdat for each segment (video) or second (audio).</param>
/// <param name="Width">0 for audio, as the other two.</param>
public sealed record EncodedTrack(string Name, TrackKind Kind, string Path, int Width, int Height, Rational FrameRate);
