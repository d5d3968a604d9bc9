using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>A text track as its playlist tells it: one file for the whole video.</summary>
/// <param name="Uri">As its playlist names it.</param>
public sealed record TextRendition(TextTrackPlan Track, string Uri, TextFacts Facts);
