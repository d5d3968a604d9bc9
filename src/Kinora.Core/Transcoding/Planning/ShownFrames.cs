using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// What the packets of a stream say of the frames that will be shown, and whether they can be trusted. Packets are not frames: discarded
/// ones (edit list) and VP8's hidden ones are not shown, and a picture coded as two fields is two packets.
/// </summary>
internal sealed class ShownFrames
{
    // Above it ffmpeg itself takes a gap in a transport stream for a discontinuity, and closes it.
    private const double JumpSeconds = 10;

    private ShownFrames(long[] pts, HashSet<long> keys, long minCount, long maxCount, bool hasLeadingPictures, List<string> reasons)
    {
        Pts = pts;
        Keys = keys;
        MinCount = minCount;
        MaxCount = maxCount;
        HasLeadingPictures = hasLeadingPictures;
        Reasons = reasons;
    }

    /// <summary>Ascending, distinct. Empty when the timestamps cannot be trusted.</summary>
    public long[] Pts { get; }
    public HashSet<long> Keys { get; }
    public long MinCount { get; }
    public long MaxCount { get; }
    public bool HasLeadingPictures { get; }
    public List<string> Reasons { get; }

    public static ShownFrames Of(MediaStream video, string container, PacketIndex packets)
    {
        var shown = Enumerable.Range(0, packets.Count).Where(i => !packets.Flags[i].HasFlag(PacketFlags.Discard)).ToArray();

        // A decoder has nothing to start from before the first keyframe, which an edit list may hide.
        var firstKey = Math.Max(0, Array.FindIndex(packets.Flags, flags => flags.HasFlag(PacketFlags.Key)));
        var fromKey = Array.FindAll(shown, i => i >= firstKey);
        var distrust = Distrust(video, container, packets, fromKey);
        if (distrust is not null)
        {
            return new ShownFrames([], [], 0, shown.Length, false, [distrust]);
        }

        var reasons = new List<string>();
        var all = fromKey.Select(i => packets.Pts[i]).Distinct().Order().ToArray();
        var origin = fromKey[0] == firstKey ? packets.Pts[firstKey] : all[0];
        var pts = all.Where(p => p >= origin).ToArray();
        var hasLeading = pts.Length < all.Length || fromKey.Length < shown.Length;
        if (hasLeading)
        {
            reasons.Add("leading_pictures");
        }

        var keys = fromKey.Where(i => packets.Flags[i].HasFlag(PacketFlags.Key)).Select(i => packets.Pts[i]).ToHashSet();
        long maxCount = pts.Length;
        if (IsFieldCoded(video, packets.TimeBase, pts))
        {
            reasons.Add("field_coded");
            pts = FirstFields(video, packets.TimeBase, pts);

            // A stream may change between fields and frames: one picture more or less at each end is not damage.
            return new ShownFrames(pts, keys, Math.Max(1, pts.Length - 2), maxCount, hasLeading, reasons);
        }

        return new ShownFrames(pts, keys, maxCount, maxCount, hasLeading, reasons);
    }

    private static string? Distrust(MediaStream video, string container, PacketIndex packets, int[] shown)
    {
        if (shown.Length == 0 || !packets.TimeBase.IsKnown)
        {
            return "no_packets";
        }

        if (shown.Any(i => packets.Pts[i] == PacketIndex.NoTimestamp))
        {
            return "missing_pts";
        }

        // Hidden VP8 frames bear the time of the frame after them.
        if (video.Codec != "vp8" && shown.Select(i => packets.Pts[i]).Distinct().Count() < shown.Length)
        {
            return "duplicate_pts";
        }

        var jump = (long)(JumpSeconds / packets.TimeBase.ToDouble());
        var restarts = container is "mpegts" or "mpeg";
        var last = PacketIndex.NoTimestamp;
        foreach (var i in shown)
        {
            var dts = packets.Dts[i];
            if (dts == PacketIndex.NoTimestamp)
            {
                continue;
            }

            // Elsewhere a long gap is a still picture of a screen recording.
            if (last != PacketIndex.NoTimestamp && (dts < last || (restarts && dts - last > jump)))
            {
                return "timestamp_jump";
            }

            last = dts;
        }

        return null;
    }

    private static bool IsFieldCoded(MediaStream video, Rational timeBase, long[] pts)
    {
        if (!video.IsInterlaced || pts.Length < 4 || !video.AverageFrameRate.IsKnown)
        {
            return false;
        }

        var seconds = (pts[^1] - pts[0]) * timeBase.ToDouble();
        return (pts.Length - 1) / seconds > 1.5 * video.AverageFrameRate.ToDouble();
    }

    private static long[] FirstFields(MediaStream video, Rational timeBase, long[] pts)
    {
        var threeQuarters = 0.75 / (video.AverageFrameRate.ToDouble() * timeBase.ToDouble());
        var frames = new List<long>(pts.Length);
        for (var i = 0; i < pts.Length; i++)
        {
            frames.Add(pts[i]);
            if (i + 1 < pts.Length && pts[i + 1] - pts[i] < threeQuarters)
            {
                i++;
            }
        }

        return [.. frames];
    }
}
