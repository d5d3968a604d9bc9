namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// A stretch of the video that is encoded by itself: whole segments, from one decode, with exactly its frames. Times are ticks of the
/// <see cref="SegmentPlan.TimeScale"/> from the first shown frame.
/// </summary>
/// <param name="Number">From 0.</param>
/// <param name="FirstSegment">Its place in <see cref="SegmentPlan.Starts"/>.</param>
/// <param name="EndTicks">The next span's start, or the video's end.</param>
/// <param name="Frames">That it has.</param>
public sealed record SpanPlan(int Number, int FirstSegment, int SegmentCount, long StartTicks, long EndTicks, long Frames)
{
    /// <summary>
    /// Half-way between the frame before the first one and this, so that no rounding moves a frame over it; null for the first span.
    /// </summary>
    public long? TrimStartTicks { get; init; }

    /// <summary>
    /// Half-way behind the frame after the last one: that frame is encoded too, in a fragment of its own, and not published. It proves that
    /// decoding has reached the end. Null where nothing comes after it.
    /// </summary>
    public long? TrimEndTicks { get; init; }

    /// <summary>Whether a frame comes after the span: the next span's first.</summary>
    public bool HasNext { get; init; }

    /// <summary>The keyframe to seek to, in seconds of the source's own time; null: from its start.</summary>
    public decimal? SeekSeconds { get; init; }

    /// <summary>SHA-256 over the frames' times, where these lie on no grid that tells them; else null.</summary>
    public string? FrameDigest { get; init; }
}
