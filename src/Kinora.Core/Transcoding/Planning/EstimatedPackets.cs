using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// Packets as a stream of the stated rate, length and keyframe interval would have them: for a plan that is shown before anybody has read
/// the file.
/// </summary>
internal static class EstimatedPackets
{
    private const int TicksPerFrame = 512;
    private const int MaxTimeScale = 180_000;

    /// <summary>Over an hour of film. Longer ones are shown without spans: a request is no place for the arithmetic of a million frames.</summary>
    private const long MaxFrames = 100_000;

    /// <summary>Null: the file does not tell enough.</summary>
    public static PacketIndex? Of(MediaInfo info, MediaStream video)
    {
        var rate = FrameGrid.Nominal(video);
        var frames = (video.DurationUs ?? info.DurationUs) is { } duration ? (long)(duration / 1e6 * rate.ToDouble()) : 0;
        if (frames is < 1 or > MaxFrames || video.KeyframeIntervalUs is not { } interval)
        {
            return null;
        }

        var scale = (long)rate.Num * TicksPerFrame <= MaxTimeScale ? TicksPerFrame : 1;
        var timeBase = new Rational(rate.Den, rate.Num * scale);
        var keyEvery = Math.Max(1, (long)Math.Round(interval / 1e6 * rate.ToDouble()));
        var pts = new long[frames];
        var flags = new PacketFlags[frames];
        for (var i = 0; i < frames; i++)
        {
            pts[i] = (long)i * scale;
            flags[i] = i % keyEvery == 0 ? PacketFlags.Key : PacketFlags.None;
        }

        return new PacketIndex(timeBase, pts, pts, new int[frames], flags);
    }
}
