namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>
/// What the source promises of the package. Null stands for what the caller does not know: it is then reported, not judged.
/// </summary>
public sealed record Expectations
{
    public required ExpectedFrames Frames { get; init; }

    /// <summary>From the first shown frame to the end of the last one.</summary>
    public TimeSpan? VideoDuration { get; init; }

    /// <summary>When the audio was planned to end, counted from the first shown frame of the video.</summary>
    public TimeSpan? AudioEnd { get; init; }

    /// <summary>The rendition that is a copy of the source: its cuts are the source's own, within what its container rounds.</summary>
    public string? Copied { get; init; }

    /// <summary>The planned starts of the segments, in seconds from the first shown frame; the first is 0.</summary>
    public IReadOnlyList<double>? SegmentStarts { get; init; }
}
