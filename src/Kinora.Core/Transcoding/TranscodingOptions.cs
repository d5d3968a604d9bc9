using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Transcoding;

/// <summary>What a transcode makes and when it counts as good.</summary>
public sealed class TranscodingOptions
{
    public const string Section = "Kinora:Transcoding";

    /// <summary>The short side of the largest rendition. 1440 and 2160 open the rungs above 1080p.</summary>
    [Range(240, 2160)]
    public int MaxShortSide { get; set; } = 1080;

    /// <summary>Sources above it are brought down to it, by an integer divisor where their rate is constant.</summary>
    [Range(24, 120)]
    public int MaxFrameRate { get; set; } = 60;

    /// <summary>
    /// The share of the source's frames that must come out. Damage is decoded around and accepted above it; below it (a file cut short, a
    /// stream of errors) the job fails as CORRUPT, since a video that silently lost its end is worse than a clear refusal.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinFrameShare { get; set; } = 0.95;

    /// <summary>Wall time of one encode: a span, a track, or the whole where it cannot be cut.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan EncodeTimeLimit { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Wall time of each of the few tries to find a picture.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ThumbnailTimeLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Wall time of making a storyboard, which decodes all keyframes: 8 s for ten minutes of 1080p, and up to ten times that beside encoders, to
    /// which it gives way. A video that takes longer has none.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StoryboardTimeLimit { get; set; } = TimeSpan.FromHours(1);
}
