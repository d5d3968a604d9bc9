using System.Numerics;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>Makes the <see cref="SegmentPlan"/> of a stream from its packets.</summary>
public static class SegmentPlanner
{
    /// <summary>No segment is longer, unless a single frame is.</summary>
    public const int MaxSegmentSeconds = 6;

    /// <summary>What segments aim at.</summary>
    public const int SegmentSeconds = 4;

    /// <summary>What the first two aim at: a video can be played as soon as its first segment is there.</summary>
    public const int FirstSegmentSeconds = 2;

    private const int FallbackTimeScale = 90000;

    /// <summary>Times of the published frames in ticks, which of them the source has as keyframes, and how many there will be.</summary>
    private sealed record Timeline(FrameTiming Timing, Rational Rate, long[] Ticks, HashSet<long> Keys, long End, FrameExpectation Frames);

    /// <param name="maxFrameRate">Higher rates are brought down to it.</param>
    /// <param name="forCopy">As far as the stream's properties tell, it could be copied: then segments follow its keyframes, if these allow it.</param>
    public static SegmentPlan Plan(MediaStream video, string container, PacketIndex packets, int maxFrameRate, bool forCopy)
    {
        var shown = ShownFrames.Of(video, container, packets);
        if (shown.Pts.Length == 0)
        {
            return Regenerated(video, shown, maxFrameRate);
        }

        // Exact for what the source says, coarse enough for what players hold in 32 bits.
        var timeScale = packets.TimeBase is { Num: 1, Den: >= 10000 and <= 180000 } own ? own.Den : FallbackTimeScale;
        var timeline = TimelineOf(video, packets.TimeBase, shown, timeScale);
        var forcesRate = false;
        if (Thinned(timeline, timeScale, maxFrameRate) is { } thinned)
        {
            timeline = thinned;
            forcesRate = true;
            shown.Reasons.Add("frame_rate_limit");
        }

        if (timeline.Timing == FrameTiming.Variable)
        {
            shown.Reasons.Add("variable_frame_rate");
        }

        var keys = timeline.Ticks.Where(timeline.Keys.Contains).ToArray();
        string[] obstacles = forCopy ? [.. CopyObstacles.Of(packets, shown, keys, timeline.End, timeScale, timeline.Frames.IsExact)] : [];
        var isOnKeyFrames = forCopy && !forcesRate && obstacles.Length == 0;
        var isExact = timeline.Frames.IsExact;
        return new SegmentPlan
        {
            Timing = timeline.Timing,
            TimeScale = timeScale,
            OriginPts = shown.Pts[0],
            SourceTimeBase = packets.TimeBase,
            FrameRate = timeline.Rate,
            ForcesFrameRate = forcesRate,
            CutsLeadingPictures = shown.HasLeadingPictures,
            Starts = SegmentCutter.Cut(isOnKeyFrames ? keys : timeline.Ticks, keys, timeline.End, timeScale),
            EndTicks = timeline.End,
            IsOnKeyFrames = isOnKeyFrames,
            CopyObstacles = obstacles,
            Frames = timeline.Frames,
            FrameTicks = isExact ? timeline.Ticks : null,
            FramePts = isExact && !forcesRate ? shown.Pts : null,
            KeyPts = shown.Keys,
            Reasons = shown.Reasons,
        };
    }

    private static Timeline TimelineOf(MediaStream video, Rational timeBase, ShownFrames shown, int timeScale)
    {
        var frames = new FrameExpectation(shown.MinCount, shown.MaxCount);
        if (FrameGrid.Find(video, timeBase, shown.Pts) is var (rate, places))
        {
            var grid = places.Select(place => OnGrid(place, rate, timeScale)).ToArray();
            return new Timeline(FrameTiming.Constant, rate, grid, KeyTicks(grid), OnGrid(places[^1] + 1, rate, timeScale), frames);
        }

        // As ffmpeg's settb and setpts round them: each time by itself, then the difference.
        var origin = SegmentPlan.Ticks(shown.Pts[0], timeBase, timeScale);
        var ticks = shown.Pts.Select(pts => SegmentPlan.Ticks(pts, timeBase, timeScale) - origin).ToArray();
        var average = FrameGrid.Average(timeBase, shown.Pts, FrameGrid.Nominal(video));

        // The last frame is shown for as long as a usual one: nothing after it tells.
        var steps = ticks.Zip(ticks.Skip(1), (a, b) => b - a).Order().ToArray();
        var usual = steps.Length > 0 ? steps[steps.Length / 2] : (long)(timeScale / average.ToDouble());
        return new Timeline(FrameTiming.Variable, average, ticks, KeyTicks(ticks), ticks[^1] + Math.Max(1, usual), frames);

        HashSet<long> KeyTicks(long[] all) => all.Where((_, i) => shown.Keys.Contains(shown.Pts[i])).ToHashSet();
    }

    private static Timeline? Thinned(Timeline full, int timeScale, int maxFrameRate)
    {
        var rate = full.Rate.ToDouble();
        if (rate <= maxFrameRate * 1.01)
        {
            return null;
        }

        // 120 -> 60, 144 -> 48: every n-th frame, evenly; without a constant rate there is nothing to divide.
        var thin = full.Timing == FrameTiming.Constant
            ? Divided(full.Rate, (int)Math.Ceiling(rate / (maxFrameRate * 1.01)))
            : new Rational(maxFrameRate, 1);
        var count = Math.Max(1, (long)Math.Round((double)full.End / timeScale * thin.ToDouble()));
        var ticks = Enumerable.Range(0, (int)count).Select(i => OnGrid(i, thin, timeScale)).ToArray();

        // Source keyframes no longer matter: they may be among the dropped. The fps filter rounds at the end, to one side or the other.
        return new Timeline(
            FrameTiming.Constant, thin, ticks, [], OnGrid(count, thin, timeScale), new FrameExpectation(Math.Max(1, count - 2), count + 2));
    }

    private static SegmentPlan Regenerated(MediaStream video, ShownFrames shown, int maxFrameRate)
    {
        var nominal = FrameGrid.Nominal(video);
        var rate = nominal.ToDouble() > maxFrameRate * 1.01 ? new Rational(maxFrameRate, 1) : nominal;

        // Packets are frames within a few (fields, hidden frames), thinned where the rate is; gaps may be filled without limit.
        var share = 0.5 * Math.Min(1, rate.ToDouble() / nominal.ToDouble());
        return new SegmentPlan
        {
            Timing = FrameTiming.Regenerated,
            TimeScale = FallbackTimeScale,
            OriginPts = 0,
            SourceTimeBase = video.TimeBase,
            FrameRate = rate,
            ForcesFrameRate = true,
            CutsLeadingPictures = false,
            Starts = [],
            EndTicks = null,
            Frames = new FrameExpectation(Math.Max(1, (long)(shown.MaxCount * share)), null),
            Reasons = shown.Reasons,
        };
    }

    private static Rational Divided(Rational rate, int divisor)
    {
        var common = (int)BigInteger.GreatestCommonDivisor(rate.Num, (long)rate.Den * divisor);
        return new Rational(rate.Num / common, (int)((long)rate.Den * divisor / common));
    }

    private static long OnGrid(long place, Rational rate, int timeScale) =>
        (long)Math.Round((decimal)place * rate.Den * timeScale / rate.Num, MidpointRounding.AwayFromZero);
}
