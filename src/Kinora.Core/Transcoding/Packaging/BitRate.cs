namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// The two rates of a playlist as draft-pantos-hls-rfc8216bis §4.1 and §4.4.6.2 define them, in bits per second, rounded up. A variant's
/// are the sums of those of its playlists.
/// </summary>
public readonly record struct BitRate(long Peak, long Average)
{
    public static BitRate operator +(BitRate one, BitRate other) => new(one.Peak + other.Peak, one.Average + other.Average);

    /// <param name="segments">Bytes and duration of each.</param>
    /// <param name="targetDuration">EXT-X-TARGETDURATION, in seconds.</param>
    public static BitRate Of(IReadOnlyList<(long Bytes, long DurationUs)> segments, int targetDuration)
    {
        var average = Divide(segments.Sum(s => s.Bytes), segments.Sum(s => s.DurationUs));
        var peak = FindPeak(segments, targetDuration * 500_000L, targetDuration * 1_500_000L);

        // A video shorter than half of the target duration has no set of segments that counts: it is its own peak.
        return new BitRate(peak == 0 ? average : Math.Max(peak, average), average);
    }

    /// <summary>
    /// "The largest bit rate of any contiguous set of segments whose total duration is between 0.5 and 1.5 times the target duration": a
    /// short last segment with a high rate counts together with its neighbours only.
    /// </summary>
    private static long FindPeak(IReadOnlyList<(long Bytes, long DurationUs)> segments, long shortest, long longest)
    {
        var peak = 0L;
        for (var first = 0; first < segments.Count; first++)
        {
            var (bytes, duration) = (0L, 0L);
            for (var last = first; last < segments.Count; last++)
            {
                bytes += segments[last].Bytes;
                duration += segments[last].DurationUs;
                if (duration > longest)
                {
                    break;
                }

                if (duration >= shortest)
                {
                    peak = Math.Max(peak, Divide(bytes, duration));
                }
            }
        }

        return peak;
    }

    private static long Divide(long bytes, long durationUs) =>
        durationUs <= 0 ? 0 : (long)((((Int128)bytes * 8_000_000) + durationUs - 1) / durationUs);
}
