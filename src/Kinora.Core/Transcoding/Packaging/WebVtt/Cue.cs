namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>What is shown from a time to another, in milliseconds: as fine as WebVTT tells times.</summary>
/// <param name="Text">One line or more, as they come out of a hostile file.</param>
public sealed record Cue(long StartMs, long EndMs, string Text);
