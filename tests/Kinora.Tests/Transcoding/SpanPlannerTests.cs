using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Transcoding;

public sealed class SpanPlannerTests
{
    private static readonly Rational Ticks = new(1, 15360);

    [Theory]
    [InlineData(180, new[] { 2, 2, 4, 4, 8, 8, 16, 16, 24, 24, 24, 24, 12, 12 })]
    [InlineData(200, new[] { 2, 2, 4, 4, 8, 8, 16, 16, 24, 24, 24, 24, 16, 12, 8, 8 })]
    [InlineData(93, new[] { 2, 2, 4, 4, 8, 8, 16, 16, 12, 8, 8, 5 })]
    [InlineData(62, new[] { 2, 2, 4, 4, 8, 8, 12, 8, 8, 6 })]
    [InlineData(44, new[] { 2, 2, 4, 4, 8, 8, 8, 8 })]
    [InlineData(14, new[] { 2, 2, 4, 6 })]
    [InlineData(8, new[] { 2, 2, 4 })]
    [InlineData(6, new[] { 2, 2, 2 })]
    [InlineData(2, new[] { 2 })]
    public void Spans_grow_from_one_segment_to_long_ones_and_get_shorter_towards_the_end(int seconds, int[] expected)
    {
        var spans = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(30 * seconds, 512))).Spans!;

        Assert.Equal(expected.Select(s => (double)s), spans.Select(s => Seconds(s.EndTicks - s.StartTicks)));
        Assert.Equal(30 * seconds, spans.Sum(s => s.Frames));
    }

    [Fact]
    public void A_long_film_has_longer_ones()
    {
        var spans = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(30 * 1900, 512))).Spans!;

        Assert.Equal(48, spans.Max(s => Seconds(s.EndTicks - s.StartTicks)));
    }

    /// <summary>x264 delays its decoder by two frames from the third one on: a shorter span would be shown at another time.</summary>
    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(25)]
    public void No_span_has_less_than_three_frames(double rate)
    {
        var tick = (long)(15360 / rate);
        foreach (var count in Enumerable.Range(3, 150).Append((int)(61 * rate) + 3))
        {
            var plan = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(count, tick), keyEvery: 1));

            Assert.True(plan.Spans is not { Count: > 1 } spans || spans.All(s => s.Frames >= 3), $"{count} frames: {string.Join(' ', plan.Spans?.Select(s => s.Frames) ?? [])}");
        }
    }

    [Fact]
    public void They_follow_each_other_and_have_all_segments()
    {
        foreach (var (count, keyEvery) in new[] { (1, 60), (45, 60), (500, 7), (3000, 250), (9999, 97), (5400, 100000) })
        {
            var plan = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(count, 512), keyEvery));
            if (plan.Spans is not { } spans)
            {
                Assert.Contains("keyframes_too_far_apart", plan.Reasons);
                continue;
            }

            Assert.Equal(plan.Segments!.Starts.Count, spans.Sum(s => s.SegmentCount));
            Assert.Equal(count, spans.Sum(s => s.Frames));
            Assert.Equal(spans.Skip(1).Select(s => s.StartTicks), spans.Take(spans.Count - 1).Select(s => s.EndTicks));
            Assert.Equal(plan.Segments.EndTicks, spans[^1].EndTicks);
            Assert.All(spans, s => Assert.Equal(plan.Segments.Starts[s.FirstSegment], s.StartTicks));
        }
    }

    [Fact]
    public void A_span_is_cut_between_two_frames_and_sought_at_its_keyframe()
    {
        var spans = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(300, 512, 1024))).Spans!;

        Assert.Equal((null, (512L * 60) + 256), (spans[0].TrimStartTicks, spans[0].TrimEndTicks));
        Assert.Equal(((512L * 60) - 256, 2.066667m), (spans[1].TrimStartTicks, spans[1].SeekSeconds));
        Assert.Null(spans[^1].TrimEndTicks);
    }

    [Fact]
    public void A_deinterlacer_gets_a_keyframe_more()
    {
        var video = Sources.Video(rate: 25) with { FieldOrder = "tt", TimeBase = new Rational(1, 90000) };

        var spans = Plan(video, Sources.Packets(new Rational(1, 90000), Sources.Regular(500, 3600), 50)).Spans!;

        Assert.Equal([null, null, 2m], spans.Take(3).Select(s => s.SeekSeconds));
    }

    [Fact]
    public void The_times_of_a_variable_rate_have_a_digest()
    {
        var times = Enumerable.Range(0, 300).Select(i => (i * 33L) + (i * 7 % 13)).ToArray();

        var plan = Plan(Sources.Video(), Sources.Packets(new Rational(1, 1000), times));

        var first = times.Take((int)plan.Spans![0].Frames).Select(t => t * 90).ToArray();
        Assert.Equal(SpanPlanner.Digest(plan.Segments!, first), plan.Spans[0].FrameDigest);
    }

    [Fact]
    public void So_have_those_of_a_grid_with_empty_places()
    {
        var times = Enumerable.Range(0, 300).Where(i => i is not (33 or 34)).Select(i => i * 512L);

        var spans = Plan(Sources.Video(), Sources.Packets(Ticks, times)).Spans!;

        Assert.All(spans, span => Assert.NotNull(span.FrameDigest));
        Assert.Null(Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(300, 512))).Spans![0].FrameDigest);
    }

    [Fact]
    public void A_transport_stream_is_sought_a_keyframe_earlier()
    {
        var info = Sources.Info(Sources.Video(), container: "mpegts");

        var spans = Planner.Plan(info, Sources.Packets(new Rational(1, 90000), Sources.Regular(300, 3000)), null).Spans!;

        Assert.Equal([null, null, 2m], spans.Take(3).Select(s => s.SeekSeconds));
    }

    [Theory]
    [InlineData("mxf", 60, "seeking_not_exact")]
    [InlineData("mov,mp4", 100_000, "keyframes_too_far_apart")]
    public void What_cannot_be_sought_is_encoded_in_one_process(string container, int keyEvery, string reason)
    {
        var info = Sources.Info(Sources.Video(), container: container);
        var plan = Planner.Plan(info, Sources.Packets(Ticks, Sources.Regular(3000, 512), keyEvery), null);

        Assert.Null(plan.Spans);
        Assert.Contains(reason, plan.Reasons);
    }

    private static TranscodePlanner Planner => new(Options.Create(new TranscodingOptions()));

    private static TranscodePlan Plan(MediaStream video, PacketIndex packets) => Planner.Plan(Sources.Info(video), packets, null);

    private static double Seconds(long ticks) => ticks / 15360.0;
}
