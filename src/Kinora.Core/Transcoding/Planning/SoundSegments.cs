using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// The <see cref="SegmentPlan"/> of sound without pictures. It can be cut anywhere, so nothing of the source's times is kept: ffmpeg starts
/// it at 0 and fills its gaps, as where timestamps are regenerated. What the packets tell is the length that must come out.
/// </summary>
internal static class SoundSegments
{
    public static SegmentPlan Plan(MediaInfo info, MediaStream sound, PacketIndex packets)
    {
        var shown = ShownFrames.Of(sound, info.Container, packets);
        return new SegmentPlan
        {
            Timing = FrameTiming.Regenerated,
            TimeScale = AudioPlan.SampleRate,
            OriginPts = 0,
            SourceTimeBase = sound.TimeBase,
            FrameRate = new Rational(0, 1),
            ForcesFrameRate = false,
            CutsLeadingPictures = false,
            Starts = [],
            EndTicks = EndTicks(info, packets.TimeBase, shown.Pts),
            Frames = new FrameExpectation(0, null),
            Reasons = shown.Reasons,
        };
    }

    /// <summary>From the file's first timestamp, which ffmpeg makes 0, to where the last packet ends; null: its times cannot be trusted.</summary>
    private static long? EndTicks(MediaInfo info, Rational timeBase, long[] pts)
    {
        if (pts.Length == 0)
        {
            return null;
        }

        // The last packet is as long as a usual one: nothing after it tells.
        var steps = pts.Zip(pts.Skip(1), (a, b) => b - a).Order().ToArray();
        var end = pts[^1] + (steps.Length > 0 ? steps[steps.Length / 2] : 0);
        var start = (info.StartTimeUs ?? 0) * (decimal)AudioPlan.SampleRate / 1_000_000;
        return Math.Max(1, SegmentPlan.Ticks(end, timeBase, AudioPlan.SampleRate) - (long)Math.Round(start, MidpointRounding.AwayFromZero));
    }
}
