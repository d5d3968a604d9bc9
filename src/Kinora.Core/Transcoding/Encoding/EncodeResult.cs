namespace Kinora.Core.Transcoding.Encoding;

/// <summary>What an encode made.</summary>
/// <param name="Tracks">Video in the plan's order, then the tracks of sound.</param>
/// <param name="Frames">Of each video track.</param>
/// <param name="Warnings">Codes: frames_missing (within what is tolerated), audio_undecodable.</param>
public sealed record EncodeResult(
    IReadOnlyList<EncodedTrack> Tracks, long Frames, TimeSpan Elapsed, TimeSpan? CpuTime, IReadOnlyList<string> Warnings);
