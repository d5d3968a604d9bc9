using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>
/// What the bytes of a piece say: one object with the init segment of its track and whole segments after it. Read back from what is
/// published, and stored beside it, so that playlists and the last verification need no byte of media.
/// </summary>
public sealed record PieceFacts
{
    /// <summary>Of the init segment, at the start of the object.</summary>
    public required long InitLength { get; init; }

    /// <summary>Lower-case hex. Pieces of one track with the same one share an EXT-X-MAP.</summary>
    public required string InitSha256 { get; init; }
    public required SampleDescription Description { get; init; }

    /// <summary>Of the times below; presentation times count from the first shown frame of the video.</summary>
    public required uint Timescale { get; init; }

    /// <summary>
    /// What the edit list adds to a composition time: how long B-frames delay the decoder, below 0. Null in facts from before it was noted,
    /// of jobs that go on over an upgrade.
    /// </summary>
    public long? PresentationShift { get; init; }

    public required long DecodeStart { get; init; }
    public required long DecodeEnd { get; init; }

    /// <summary>Where the next piece starts, or the track ends.</summary>
    public required long EndTicks { get; init; }

    /// <summary>As <see cref="EndTicks"/>, in microseconds.</summary>
    public required long EndUs { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<PieceSegment> Segments { get; init; }

    public long Frames => Segments.Sum(s => s.Frames);
}

/// <param name="Offset">In the object.</param>
/// <param name="FirstFrameLength">From the segment's start to the end of its first sample.</param>
/// <param name="StartTicks">When its first frame is presented.</param>
/// <param name="LatestTicks">When its last frame is presented.</param>
/// <param name="EndTicks">When its last frame ends.</param>
public sealed record PieceSegment(
    long Offset, long Length, long FirstFrameLength, long StartTicks, long LatestTicks, long EndTicks, long Frames);
