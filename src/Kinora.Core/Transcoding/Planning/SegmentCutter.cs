namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// Chooses where segments start: the first two after about 2 s, the others about every 4 s, never over 6 s apart while frames allow. On the
/// source's keyframes where they come often enough, so that a span that starts there needs no frame before it; between distant ones in equal
/// parts, on real frames.
/// </summary>
internal static class SegmentCutter
{
    /// <param name="frames">Where a segment may start; ascending.</param>
    /// <param name="keys">Those of them that are keyframes; ascending.</param>
    /// <param name="end">Of the last frame.</param>
    public static IReadOnlyList<long> Cut(long[] frames, long[] keys, long end, int timeScale)
    {
        var starts = new List<long> { frames[0] };
        while (true)
        {
            var (start, isEarly) = (starts[^1], starts.Count <= 2);
            var target = (long)(isEarly ? SegmentPlanner.FirstSegmentSeconds : SegmentPlanner.SegmentSeconds) * timeScale;
            var longest = isEarly ? target * 3 / 2 : (long)SegmentPlanner.MaxSegmentSeconds * timeScale;
            if (end - start <= longest)
            {
                return starts;
            }

            // A second must be left for the last segment: a player has no use for a shorter one.
            var near = Between(keys, start + (target / 2), Math.Min(start + longest, end - timeScale));
            var next = near.Length > 0
                ? near.MinBy(key => Math.Abs(key - start - target))
                : InEqualParts(start, target, longest);
            if (next <= start)
            {
                return starts;
            }

            starts.Add(next);
        }

        // No keyframe in reach: the first of the parts up to the next one; the others follow in the next rounds.
        long InEqualParts(long start, long target, long longest)
        {
            var key = Array.Find(keys, key => key > start + longest);
            var stop = key == 0 || key > end - timeScale ? end : key;
            var parts = Math.Max((long)Math.Ceiling((double)(stop - start) / longest), (long)Math.Round((double)(stop - start) / target));
            var frame = Nearest(frames, start + ((stop - start) / parts));

            // Not right after the start, though frames be sparse: sound has no fragment as short as that.
            return frame >= start + timeScale ? frame : Array.Find(frames, later => later >= start + timeScale);
        }
    }

    private static long[] Between(long[] sorted, long from, long to)
    {
        var (low, high) = (LowerBound(sorted, from), LowerBound(sorted, to + 1));
        return high > low ? sorted[low..high] : [];
    }

    private static long Nearest(long[] sorted, long tick)
    {
        var above = LowerBound(sorted, tick);
        if (above == sorted.Length)
        {
            return sorted[^1];
        }

        return above > 0 && tick - sorted[above - 1] < sorted[above] - tick ? sorted[above - 1] : sorted[above];
    }

    private static int LowerBound(long[] sorted, long value)
    {
        var found = Array.BinarySearch(sorted, value);
        return found < 0 ? ~found : found;
    }
}
