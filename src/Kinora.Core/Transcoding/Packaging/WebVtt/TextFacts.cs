namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>What a published text track holds, read back from its file: what playlists and the last verification need of it.</summary>
/// <param name="Bytes">Of the file, which is the rendition's one segment.</param>
/// <param name="LastEndMs">When the last cue is gone.</param>
public sealed record TextFacts(long Bytes, long LastEndMs);
