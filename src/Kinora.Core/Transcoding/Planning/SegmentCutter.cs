namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// Chooses where segments start: about every 4 s, never over 6 s apart while frames allow. On the source's keyframes where they come often
/// enough, so that a copy of the source could stand beside the encoded renditions; between distant ones in equal parts, on real frames.
/// </summary>
internal static class SegmentCutter
{
    public static IReadOnlyList<long> Cut(long[] frames, IReadOnlySet<long> keys, long end, int timeScale)
    {
        var (target, longest) = ((long)SegmentPlanner.SegmentSeconds * timeScale, (long)SegmentPlanner.MaxSegmentSeconds * timeScale);
        var shortest = (long)timeScale * 2;
        var keyTicks = frames.Where(keys.Contains).ToArray();
        var starts = new List<long> { frames[0] };
        while (end - starts[^1] > longest)
        {
            var start = starts[^1];

            // A second must be left for the last segment: a player has no use for a shorter one.
            var near = Between(keyTicks, start + shortest, Math.Min(start + longest, end - timeScale));
            if (near.Length > 0)
            {
                starts.Add(near.MinBy(key => Math.Abs(key - start - target)));
                continue;
            }

            // No keyframe in reach: equal parts up to the next one.
            var next = Array.Find(keyTicks, key => key > start + longest);
            var stop = next == 0 ? end : next;
            var parts = Math.Max((long)Math.Ceiling((double)(stop - start) / longest), (long)Math.Round((double)(stop - start) / target));
            for (long part = 1; part < parts; part++)
            {
                AddFrameAt(start + ((stop - start) * part / parts));
            }

            if (stop < end)
            {
                AddFrameAt(stop);
            }
            else
            {
                break;
            }
        }

        return starts;

        void AddFrameAt(long tick)
        {
            var frame = Nearest(frames, tick);
            if (frame > starts[^1])
            {
                starts.Add(frame);
            }
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
