using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Tests.Transcoding.Packaging;

/// <summary>Each rule for a piece of a video track catches what breaks it, before it is published.</summary>
public sealed class SpanChecksTests
{
    private static readonly PlannedPieces Pieces = PlannedPieces.Encoded(60);

    /// <summary>One with several segments.</summary>
    private static readonly SpanPlan Span = Pieces.Plan.Spans!.First(s => s.SegmentCount > 1 && s.HasNext);

    private static PieceFacts Facts => Pieces.All.Single(p => p.Track == "360p" && p.Number == Span.Number).Facts;

    private static long[] Ticks => [.. Pieces.Plan.Segments!.FrameTicks!.Where(t => t >= Span.StartTicks && t < Span.EndTicks)];

    [Fact]
    public void A_span_as_planned_passes() => Assert.Empty(Failures(Facts, Ticks));

    [Fact]
    public void Another_time_scale() => ShouldFail("time-scale-is-as-planned", Facts with { Timescale = 90000 });

    [Fact]
    public void A_cut_at_another_frame() => ShouldFail(
        "cuts-are-as-planned", Facts with { Segments = [Facts.Segments[0], Facts.Segments[1] with { StartTicks = Facts.Segments[1].StartTicks + 512 }, .. Facts.Segments.Skip(2)] });

    [Fact]
    public void A_segment_less() => ShouldFail("cuts-are-as-planned", Facts with { Segments = [.. Facts.Segments.Skip(1)] });

    [Fact]
    public void An_end_elsewhere() => ShouldFail("cuts-are-as-planned", Facts with { EndTicks = Facts.EndTicks - 512 });

    [Fact]
    public void A_frame_after_the_next_segments_start() => ShouldFail(
        "segments-do-not-overlap", Facts with { Segments = [Facts.Segments[0] with { LatestTicks = Facts.Segments[1].StartTicks }, .. Facts.Segments.Skip(1)] });

    [Fact]
    public void A_frame_less() => ShouldFail(
        "frames-are-complete", Facts with { Segments = [Facts.Segments[0] with { Frames = Facts.Segments[0].Frames - 1 }, .. Facts.Segments.Skip(1)] });

    [Fact]
    public void A_frame_twice() => Assert.Equal(["frames-are-those-of-the-source"], Failures(Facts, [Ticks[0], .. Ticks[..^1]]));

    [Fact]
    public void A_frame_off_the_grid() => Assert.Equal(["frames-are-those-of-the-source"], Failures(Facts, [.. Ticks[..^1], Ticks[^1] - 100]));

    [Fact]
    public void A_frame_in_the_place_of_a_missing_one()
    {
        var plan = Pieces.Plan.Segments!;
        var span = Span with { FrameDigest = SpanPlanner.Digest(plan, Ticks) };
        long[] moved = [.. Ticks[..^1], Ticks[^1] + 512];

        Assert.Equal(["frames-are-those-of-the-source"], Failures(Facts, moved, span));
        Assert.Empty(Failures(Facts, [.. Ticks.Select((t, i) => i == 3 ? t + 1 : t)], span));
    }

    [Fact]
    public void A_copy_may_be_off_by_what_its_container_rounds()
    {
        var rounded = Facts with { Segments = [Facts.Segments[0] with { StartTicks = Facts.Segments[0].StartTicks + 10 }, .. Facts.Segments.Skip(1)] };

        Assert.Empty(Failures(rounded, [.. Ticks.Select(t => t + 7)], isCopy: true));
        Assert.Contains("cuts-are-as-planned", Failures(rounded, Ticks));
    }

    private static void ShouldFail(string check, PieceFacts facts) => Assert.Contains(check, Failures(facts, Ticks));

    private static string[] Failures(PieceFacts facts, long[] ticks, SpanPlan? span = null, bool isCopy = false)
    {
        var checks = new CheckList();
        SpanChecks.Run(checks, "360p", facts, ticks, Pieces.Plan.Segments!, span ?? Span, isCopy);
        return [.. checks.ToReport().Checks.Where(c => !c.Passed).Select(c => c.Name)];
    }
}
