using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>A text track as its playlist tells it: one file for the whole video.</summary>
/// <param name="Uri">As its playlist names it.</param>
/// <param name="DurationUs">Of its one segment: that of the video.</param>
public sealed record TextRendition(TextTrackPlan Track, string Uri, TextFacts Facts, long DurationUs)
{
    /// <summary>It is loaded at once: the peak is the average.</summary>
    public BitRate Rate => BitRate.Of([(Facts.Bytes, DurationUs)], MediaPlaylist.TargetDuration(TimeSpan.Zero, DurationUs));
}
