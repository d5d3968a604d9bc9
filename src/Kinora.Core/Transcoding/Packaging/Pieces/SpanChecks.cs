using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>Whether a piece of a video track has exactly the span that was planned.</summary>
internal static class SpanChecks
{
    public static void Run(
        CheckList checks, string track, PieceFacts facts, IReadOnlyList<long> frameTicks, SegmentPlan plan, SpanPlan span, bool isCopy)
    {
        var ticks = frameTicks.Order().ToArray();
        checks.AddEqual("time-scale-is-as-planned", track, $"{plan.TimeScale}", $"{facts.Timescale}");
        checks.AddFault("cuts-are-as-planned", track, $"the {span.SegmentCount} planned cuts", CutFault());
        checks.AddFault("segments-do-not-overlap", track, "every frame is presented before the next segment starts", OverlapFault());
        checks.AddEqual("frames-are-complete", track, $"{span.Frames} frames", $"{facts.Frames} frames");
        checks.AddFault("frames-are-those-of-the-source", track, "every frame at its time", TimeFault());

        string? CutFault()
        {
            if (facts.Segments.Count != span.SegmentCount)
            {
                return $"{facts.Segments.Count} segments instead of {span.SegmentCount}";
            }

            for (var i = 0; i < facts.Segments.Count; i++)
            {
                var planned = plan.Starts[span.FirstSegment + i];
                if (!IsSame(facts.Segments[i].StartTicks, planned))
                {
                    return $"segment {span.FirstSegment + i} at {Seconds(facts.Segments[i].StartTicks)} instead of {Seconds(planned)}";
                }
            }

            return IsSame(facts.EndTicks, span.EndTicks) || !span.HasNext ? null : $"it ends at {Seconds(facts.EndTicks)} instead of {Seconds(span.EndTicks)}";
        }

        string? OverlapFault()
        {
            for (var i = 0; i < facts.Segments.Count; i++)
            {
                var next = i + 1 < facts.Segments.Count ? facts.Segments[i + 1].StartTicks : facts.EndTicks;
                if (facts.Segments[i].LatestTicks >= next)
                {
                    return $"a frame of segment {span.FirstSegment + i} at {Seconds(facts.Segments[i].LatestTicks)}, the next one at {Seconds(next)}";
                }
            }

            return null;
        }

        // A copy keeps the source's times, within what a container rounds.
        string? TimeFault()
        {
            for (var i = 1; i < ticks.Length; i++)
            {
                if (ticks[i] == ticks[i - 1])
                {
                    return $"two frames at {Seconds(ticks[i])}";
                }
            }

            if (isCopy)
            {
                return null;
            }

            if (plan.Timing == FrameTiming.Constant && Array.Find(ticks, tick => !IsOnGrid(tick)) is var off and not 0)
            {
                return $"a frame at {Seconds(off)}, which is not on the grid of {plan.FrameRate} frames a second";
            }

            return span.FrameDigest is not { } digest || SpanPlanner.Digest(plan, ticks) == digest ? null : "times that the source does not have";
        }

        bool IsSame(long one, long other) => Math.Abs(one - other) <= (isCopy ? Math.Max(1, plan.TimeScale * Segmenter.SameTimeUs / 1_000_000) : 1);

        bool IsOnGrid(long tick)
        {
            var place = SpanPlanner.Place(plan, tick);
            return Math.Abs(place - Math.Round(place)) * plan.FrameRate.Den * plan.TimeScale <= plan.FrameRate.Num;
        }

        string Seconds(long at) => CheckList.Seconds(new MediaTime(at, (uint)plan.TimeScale).Microseconds);
    }
}
