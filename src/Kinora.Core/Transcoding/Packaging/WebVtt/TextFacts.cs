namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>What a published text track holds, read back from its file: what playlists and the last verification need of it.</summary>
/// <param name="Bytes">Of the file, which is the rendition's one segment.</param>
/// <param name="Cues">At least one.</param>
/// <param name="FirstStartMs">When the first one is shown.</param>
/// <param name="LastEndMs">When the last one is gone.</param>
public sealed record TextFacts(long Bytes, int Cues, long FirstStartMs, long LastEndMs);
