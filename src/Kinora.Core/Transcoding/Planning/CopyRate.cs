using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>What a copy of the source asks of a viewer's line, which no encoder has capped.</summary>
internal static class CopyRate
{
    /// <summary>Bits a second of the segment with the most (RFC 8216 §4.3.4.2: the peak), and not below the average of the whole.</summary>
    public static int PeakOf(PacketIndex packets, SegmentPlan segments, long average)
    {
        var starts = segments.Starts.ToArray();
        var bytes = new long[starts.Length];
        for (var i = 0; i < packets.Count; i++)
        {
            if (packets.Pts[i] != PacketIndex.NoTimestamp)
            {
                var found = Array.BinarySearch(starts, SegmentPlan.Ticks(packets.Pts[i], packets.TimeBase, segments.TimeScale) - segments.OriginTicks);
                bytes[Math.Max(0, found < 0 ? ~found - 1 : found)] += packets.Sizes[i];
            }
        }

        var ends = starts.Skip(1).Append(segments.EndTicks!.Value);
        var peak = bytes.Zip(starts.Zip(ends), (sum, span) => sum * 8.0 * segments.TimeScale / Math.Max(1, span.Second - span.First)).DefaultIfEmpty().Max();
        return (int)Math.Min(int.MaxValue, Math.Max(average, peak));
    }
}
