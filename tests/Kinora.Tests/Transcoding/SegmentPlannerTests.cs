using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Tests.Transcoding;

public sealed class SegmentPlannerTests
{
    private static readonly Rational Ticks = new(1, 15360);
    private static readonly Rational Millis = new(1, 1000);

    [Fact]
    public void Segments_start_on_keyframes_near_four_seconds_and_the_first_two_near_two()
    {
        var plan = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(600, 512), 60));

        Assert.Equal(FrameTiming.Constant, plan.Timing);
        Assert.Equal([0.0, 2, 4, 8, 12, 16], plan.StartSeconds);
        Assert.Equal(600, plan.Frames.Min);
        Assert.Equal(TimeSpan.FromSeconds(20), plan.VideoDuration);
    }

    [Fact]
    public void Distant_keyframes_are_split_in_equal_parts_and_kept()
    {
        var plan = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(900, 512), 300));

        Assert.Equal([0.0, 2, 4, 10, 15, 20, 25], plan.StartSeconds);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(29)]
    [InlineData(97)]
    [InlineData(175)]
    [InlineData(181)]
    [InlineData(250)]
    [InlineData(100000)]
    public void No_segment_is_longer_than_six_seconds_or_shorter_than_one(int keyEvery)
    {
        foreach (var count in new[] { 1, 30, 119, 181, 500, 2711 })
        {
            var plan = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(count, 512), keyEvery));
            var lengths = plan.Starts.Zip(plan.Starts.Skip(1).Append(plan.EndTicks!.Value), (a, b) => (double)(b - a) / plan.TimeScale).ToArray();

            Assert.All(lengths, length => Assert.InRange(length, Math.Min(1, count / 30.0), 6.05));
            Assert.Equal(TimeSpan.FromSeconds(6).TotalSeconds, plan.LongestSegment.TotalSeconds, 0.05);
        }
    }

    [Fact]
    public void For_a_copy_segments_start_on_keyframes_alone()
    {
        var packets = Sources.Packets(Ticks, Sources.Regular(900, 512), 150);

        var plan = SegmentPlanner.Plan(Sources.Video(), Sources.Mp4, packets, 60, forCopy: true);

        Assert.True(plan.IsOnKeyFrames);
        Assert.Equal([0.0, 5, 10, 15, 20, 25], plan.StartSeconds);
    }

    [Fact]
    public void What_stands_against_a_copy_is_told()
    {
        var far = SegmentPlanner.Plan(Sources.Video(), Sources.Mp4, Sources.Packets(Ticks, Sources.Regular(900, 512), 300), 60, forCopy: true);
        Assert.Equal(["video_gop_size"], far.CopyObstacles);

        long[] open = [0, 512, 1024, 2560, 1536, 2048, 3072];
        var opened = new PacketIndex(Ticks, open, [.. open.Order()], new int[7], [PacketFlags.Key, 0, 0, PacketFlags.Key, 0, 0, 0]);
        Assert.Equal(["open_gop"], SegmentPlanner.Plan(Sources.Video(), Sources.Mp4, opened, 60, forCopy: true).CopyObstacles);

        var trimmed = Sources.Packets(Ticks, Sources.Regular(90, 512));
        trimmed.Flags[^1] |= PacketFlags.Discard;
        Assert.Equal(["edit_list"], SegmentPlanner.Plan(Sources.Video(), Sources.Mp4, trimmed, 60, forCopy: true).CopyObstacles);
    }

    [Fact]
    public void Matroskas_rounding_is_removed()
    {
        var times = Enumerable.Range(0, 300).Select(i => (long)Math.Round(i * 1001 / 24.0)).ToArray();
        var film = Sources.Video() with { RealFrameRate = new Rational(24000, 1001), AverageFrameRate = new Rational(24000, 1001), TimeBase = Millis };

        var plan = Plan(film, Sources.Packets(Millis, times));

        Assert.Equal((FrameTiming.Constant, 90000), (plan.Timing, plan.TimeScale));
        Assert.Equal(3754, plan.FrameTicks![1]);
    }

    [Fact]
    public void A_phones_jitter_is_kept()
    {
        var plan = Plan(Sources.Video(), Sources.Packets(Millis, Enumerable.Range(0, 300).Select(i => (i * 33L) + (i * 7 % 13))));

        Assert.Equal(FrameTiming.Variable, plan.Timing);
        Assert.Contains("variable_frame_rate", plan.Reasons);
        Assert.Equal(300, plan.FrameTicks!.Length);
    }

    [Fact]
    public void A_time_base_is_not_a_frame_rate()
    {
        var quickTime = Sources.Video() with { RealFrameRate = new Rational(600, 1), AverageFrameRate = new Rational(17, 1) };
        var plan = Plan(quickTime, Sources.Packets(new Rational(1, 600), Enumerable.Range(0, 100).Select(i => (i * 35L) + (i * 7 % 13))));

        Assert.Equal(FrameTiming.Variable, plan.Timing);
        Assert.InRange(plan.FrameRate.ToDouble(), 16, 18);
    }

    [Fact]
    public void Pictures_outside_of_the_edit_list_are_not_shown()
    {
        var packets = Sources.Packets(Ticks, Sources.Regular(64, 512, -512));
        packets.Flags[0] |= PacketFlags.Discard;
        packets.Flags[1] |= PacketFlags.Key;

        var plan = Plan(Sources.Video(), packets);

        Assert.Equal((0, 63L, true), (plan.OriginPts, plan.Frames.Min, plan.Frames.IsExact));
    }

    [Fact]
    public void A_hidden_keyframe_still_starts_the_decoder()
    {
        var packets = Sources.Packets(Ticks, Sources.Regular(64, 512, -1024), 60);
        packets.Flags[0] |= PacketFlags.Discard;
        packets.Flags[1] |= PacketFlags.Discard;

        var plan = Plan(Sources.Video(), packets);

        Assert.Equal((0, 62L, false), (plan.OriginPts, plan.Frames.Min, plan.CutsLeadingPictures));
    }

    [Fact]
    public void Leading_pictures_of_an_open_start_are_cut()
    {
        long[] pts = [512 * 3, 512, 1024, 512 * 6, 512 * 4, 512 * 5];
        long[] dts = [0, 512, 1024, 1536, 2048, 2560];
        var packets = new PacketIndex(Ticks, pts, dts, new int[6], [PacketFlags.Key, 0, 0, 0, 0, 0]);

        var plan = Plan(Sources.Video(), packets);

        Assert.Equal((512 * 3, true, 4L), (plan.OriginPts, plan.CutsLeadingPictures, plan.Frames.Min));
    }

    [Fact]
    public void Two_fields_are_one_frame()
    {
        var fields = Sources.Video() with { FieldOrder = "tt", AverageFrameRate = new Rational(25, 1), RealFrameRate = new Rational(50, 1) };

        var plan = Plan(fields, Sources.Packets(new Rational(1, 90000), Sources.Regular(500, 1800)));

        Assert.Equal(25, plan.FrameRate.ToDouble());
        Assert.False(plan.Frames.IsExact);
        Assert.True(plan.Frames.Admits(250));
        Assert.Equal(TimeSpan.FromSeconds(10), plan.VideoDuration);
    }

    [Fact]
    public void Hidden_frames_of_vp8_are_not_counted()
    {
        long[] pts = [0, 33, 33, 67, 100, 133];
        var plan = Plan(Sources.Video() with { Codec = "vp8" }, Sources.Packets(Millis, pts));

        Assert.Equal(5, plan.Frames.Max);
    }

    [Theory]
    [InlineData("missing_pts")]
    [InlineData("duplicate_pts")]
    [InlineData("timestamp_jump")]
    public void Times_that_cannot_be_trusted_are_made_anew(string reason)
    {
        var times = Sources.Regular(300, 3000).ToArray();
        var packets = Sources.Packets(new Rational(1, 90000), times);
        switch (reason)
        {
            case "missing_pts":
                packets.Pts[50] = PacketIndex.NoTimestamp;
                break;
            case "duplicate_pts":
                packets.Pts[50] = packets.Pts[49];
                break;
            default:
                packets.Dts[200] = 5;
                break;
        }

        var plan = Plan(Sources.Video(), packets);

        Assert.Equal((FrameTiming.Regenerated, reason), (plan.Timing, plan.Reasons.Single()));
        Assert.Null(plan.StartSeconds);
        Assert.True(plan.Frames.Admits(10_000));
    }

    [Fact]
    public void A_gap_is_a_discontinuity_in_a_transport_stream_and_a_still_picture_elsewhere()
    {
        var times = Sources.Regular(100, 3000).Concat(Sources.Regular(100, 3000, 30 * 90000));
        var packets = Sources.Packets(new Rational(1, 90000), times);

        Assert.Equal(FrameTiming.Regenerated, SegmentPlanner.Plan(Sources.Video(), "mpegts", packets, 60, forCopy: false).Timing);
        var still = SegmentPlanner.Plan(Sources.Video(), Sources.Mp4, packets, 60, forCopy: false);
        Assert.NotEqual(FrameTiming.Regenerated, still.Timing);
        Assert.True(still.LongestSegment > TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(120, 60)]
    [InlineData(144, 48)]
    [InlineData(90, 45)]
    [InlineData(60, 60)]
    public void High_rates_are_divided(int rate, int expected)
    {
        var plan = Plan(Sources.Video(rate: rate), Sources.Packets(new Rational(1, rate * 512), Sources.Regular(rate * 4, 512)));

        Assert.Equal(expected, plan.FrameRate.ToDouble());
        Assert.Equal(rate != expected, plan.ForcesFrameRate);
        Assert.True(plan.Frames.Admits(expected * 4));
    }

    [Fact]
    public void The_origin_is_the_same_moment_for_sound()
    {
        var plan = Plan(Sources.Video(), Sources.Packets(Ticks, Sources.Regular(30, 512, 15360 * 3 / 2)));

        Assert.Equal(72000, plan.OriginAudioSamples);
    }

    private static SegmentPlan Plan(MediaStream video, PacketIndex packets) => SegmentPlanner.Plan(video, Sources.Mp4, packets, 60, forCopy: false);
}
