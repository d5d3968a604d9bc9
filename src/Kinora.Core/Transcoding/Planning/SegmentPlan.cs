using System.Text.Json.Serialization;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// When every frame is shown and where segments start, the same for all renditions. Times are ticks of 1/<see cref="TimeScale"/> s from
/// <see cref="OriginPts"/>, the first shown frame, which is 0 in what is published.
/// </summary>
public sealed record SegmentPlan
{
    public required FrameTiming Timing { get; init; }

    /// <summary>Of every video track: the source's own from 10000 to 180000, so that its times stay exact; else 90000.</summary>
    public required int TimeScale { get; init; }

    /// <summary>In the source's time base; 0 and without meaning when <see cref="Timing"/> is Regenerated.</summary>
    public required long OriginPts { get; init; }

    public required Rational SourceTimeBase { get; init; }

    /// <summary>Exact, or the average when <see cref="Timing"/> is Variable.</summary>
    public required Rational FrameRate { get; init; }

    /// <summary>Frames are thinned to <see cref="FrameRate"/>, or (Regenerated) placed on it.</summary>
    public required bool ForcesFrameRate { get; init; }

    /// <summary>Pictures before the first keyframe in display order are cut off: what a decoder shows of them is not defined.</summary>
    public required bool CutsLeadingPictures { get; init; }

    /// <summary>
    /// Ascending, the first is 0. When <see cref="Timing"/> is Regenerated the end is not known beforehand: the list is empty, and segments
    /// start at the first frame at or after each multiple of 4 s.
    /// </summary>
    public required IReadOnlyList<long> Starts { get; init; }

    /// <summary>The end of the last frame; null when Regenerated.</summary>
    public long? EndTicks { get; init; }

    /// <summary>Segments start on keyframes of the source alone, and each of these can be decoded by itself: its packets can be copied.</summary>
    public bool IsOnKeyFrames { get; init; }

    /// <summary>
    /// Why the packets cannot be copied, as codes: video_gop_size, open_gop, edit_list, leading_pictures, frames_not_exact. Empty also where
    /// nobody asked.
    /// </summary>
    public IReadOnlyList<string> CopyObstacles { get; init; } = [];

    public required FrameExpectation Frames { get; init; }

    /// <summary>
    /// Why not simpler, as codes: no_packets, missing_pts, duplicate_pts, timestamp_jump, field_coded, leading_pictures,
    /// variable_frame_rate, frame_rate_limit.
    /// </summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The shown frames' times, when <see cref="Frames"/> is exact; else null. Too long to be stored with a plan.</summary>
    [JsonIgnore]
    public long[]? FrameTicks { get; init; }

    /// <summary>The source's times of the same frames, in <see cref="SourceTimeBase"/>; null where frames are thinned.</summary>
    [JsonIgnore]
    public long[]? FramePts { get; init; }

    /// <summary>Which of <see cref="FramePts"/> a decoder can start from.</summary>
    [JsonIgnore]
    public IReadOnlySet<long> KeyPts { get; init; } = new HashSet<long>();

    /// <summary>The origin in seconds is this over 48000: where the audio's sample 0 lies.</summary>
    [JsonIgnore]
    public long OriginAudioSamples =>
        (long)Math.Round((decimal)OriginPts * SourceTimeBase.Num * AudioPlan.SampleRate / SourceTimeBase.Den, MidpointRounding.AwayFromZero);

    /// <summary>The origin in ticks of <see cref="TimeScale"/>.</summary>
    [JsonIgnore]
    public long OriginTicks => Ticks(OriginPts, SourceTimeBase, TimeScale);

    /// <summary>6 s, unless a single frame stands still for longer.</summary>
    [JsonIgnore]
    public TimeSpan LongestSegment
    {
        get
        {
            var longest = EndTicks is { } end ? Starts.Zip(Starts.Skip(1).Append(end), (from, to) => to - from).Max() : 0;
            return TimeSpan.FromSeconds(Math.Max(SegmentPlanner.MaxSegmentSeconds, (double)longest / TimeScale));
        }
    }

    /// <summary>A frame on every place of the grid.</summary>
    [JsonIgnore]
    public bool IsEvenlySpaced => Timing == FrameTiming.Constant && EndTicks is { } end
        && Math.Abs((end * FrameRate.ToDouble() / TimeScale) - Frames.Min) < 0.5;

    [JsonIgnore]
    public TimeSpan? VideoDuration => EndTicks is { } end ? TimeSpan.FromSeconds((double)end / TimeScale) : null;

    /// <summary><see cref="Starts"/> in seconds; null when they are not known beforehand.</summary>
    [JsonIgnore]
    public IReadOnlyList<double>? StartSeconds => Starts.Count == 0 ? null : [.. Starts.Select(start => (double)start / TimeScale)];

    internal static long Ticks(long pts, Rational timeBase, int timeScale) =>
        (long)Math.Round((decimal)pts * timeBase.Num * timeScale / timeBase.Den, MidpointRounding.AwayFromZero);
}

/// <summary>How frames are timed in the renditions.</summary>
public enum FrameTiming
{
    /// <summary>Every frame lies on a grid of one frame rate within 1 ms; times are snapped to it.</summary>
    Constant,

    /// <summary>Every frame keeps its own time. Without B-frames, whose decode times would break at segment starts.</summary>
    Variable,

    /// <summary>The source's timestamps cannot be trusted: frames are repeated or dropped to a constant rate.</summary>
    Regenerated,
}
