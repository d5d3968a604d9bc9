using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// Cuts a video into spans: the first of one segment, so that it can be played within seconds; each pair of the next ones twice as long, so
/// that an encoder of some two and a half times real time stays ahead of a viewer; from then on long ones, which cost nothing over one
/// encode of the whole. The last ones get shorter again: whoever encodes them, little is waited for alone. They start on keyframes of
/// the source where one is near: what lies between a keyframe and a start is decoded in vain.
/// </summary>
internal static class SpanPlanner
{
    /// <summary>Of a span's target, for the first ones: 2, 2, 4, 4, 8, 8, 16, 16, 24, ... s.</summary>
    private const int FirstSeconds = 2;

    /// <summary>12 s cost nothing in bytes or quality, and twice that nothing in time lost with a worker that dies.</summary>
    private const int LongestSeconds = 24;

    /// <summary>Of a long film: fewer rows.</summary>
    private const int LongestSecondsOfLong = 48;

    private const int LongSeconds = 1800;

    /// <summary>
    /// Of what is left, when it is less than three of the length that would be next; the very last one has the rest. Chosen so that two
    /// workers end within a few seconds of film of each other, whichever of them comes first to the longer ones.
    /// </summary>
    private static readonly double[] LastShares = [0.35, 0.25, 0.22];

    /// <summary>What is shared by four: fewer seconds by two, since a span of a few seconds costs bytes and the start of a process.</summary>
    private const int SharedByFourSeconds = 30;

    // B-frames delay the decoder by two frames, but not in what x264 has fewer than three of: such a span would have an edit list of its own.
    private const int MinFrames = 3;

    // A decoder that has to start so far ahead shows no frame for as long as it takes, which is taken for a stall.
    private const int MaxSeekSeconds = 20;

    /// <summary>Formats whose seeking was found exact (all frames, each once): the others are encoded in one process.</summary>
    private static readonly string[] SeekableFormats = ["mov", "matroska", "mpegts", "mpeg", "avi", "flv", "ogg"];

    /// <summary>Why the source cannot be encoded in spans, as a code; null: it can.</summary>
    public static string? FindObstacle(string container, SegmentPlan segments)
    {
        if (segments.Timing == FrameTiming.Regenerated)
        {
            return "timestamps_regenerated";
        }

        if (segments.ForcesFrameRate)
        {
            return "frame_rate_limited";
        }

        if (segments.FramePts is not { } pts)
        {
            return "frames_not_exact";
        }

        if (!SeekableFormats.Contains(FfmpegCommand.DemuxerOf(container)))
        {
            return "seeking_not_exact";
        }

        return Seconds(LongestWithoutKey(pts, segments.KeyPts), segments) > MaxSeekSeconds ? "keyframes_too_far_apart" : null;
    }

    /// <param name="seeksEarly">
    /// The seek goes a keyframe further back: a deinterlacer needs frames before the first one, and transport streams are sought by decode time.
    /// </param>
    public static IReadOnlyList<SpanPlan> Plan(SegmentPlan segments, bool seeksEarly)
    {
        var (ticks, pts) = (segments.FrameTicks!, segments.FramePts!);
        var keys = segments.KeyPts.Order().ToArray();
        var cuts = Cut(segments);
        var spans = new List<SpanPlan>();
        for (var i = 0; i < cuts.Count; i++)
        {
            var last = i + 1 == cuts.Count;
            var first = IndexOf(ticks, segments.Starts[cuts[i]]);
            var next = last ? ticks.Length : IndexOf(ticks, segments.Starts[cuts[i + 1]]);
            spans.Add(new SpanPlan(
                i,
                cuts[i],
                (last ? segments.Starts.Count : cuts[i + 1]) - cuts[i],
                ticks[first],
                last ? segments.EndTicks!.Value : ticks[next],
                next - first)
            {
                TrimStartTicks = i == 0 ? null : Between(first - 1, first),
                TrimEndTicks = next + 1 < ticks.Length ? Between(next, next + 1) : null,
                HasNext = !last,
                SeekSeconds = i == 0 ? null : Seek(pts[first]),
                FrameDigest = segments.IsEvenlySpaced ? null : Digest(segments, ticks.AsSpan(first, next - first)),
            });
        }

        return spans;

        long Between(int one, int other) => (SourceTicks(one) + SourceTicks(other) + 1) / 2;

        // As ffmpeg has them before the encoder snaps them to the grid.
        long SourceTicks(int frame) => SegmentPlan.Ticks(pts[frame], segments.SourceTimeBase, segments.TimeScale) - segments.OriginTicks;

        decimal? Seek(long start)
        {
            var found = Array.BinarySearch(keys, start);
            var key = (found < 0 ? ~found - 1 : found) - (seeksEarly ? 1 : 0);

            // Up to the next microsecond, which is what ffmpeg seeks by: a time that is rounded down lies before the keyframe.
            return key <= 0
                ? null
                : Math.Ceiling((decimal)keys[key] * segments.SourceTimeBase.Num * 1_000_000 / segments.SourceTimeBase.Den) / 1_000_000;
        }
    }

    /// <summary>Of the times of frames in the order in which they are shown: ticks, or places on the grid where there is one.</summary>
    public static string Digest(SegmentPlan segments, ReadOnlySpan<long> ticks)
    {
        var times = ticks.ToArray();
        if (segments.Timing == FrameTiming.Constant)
        {
            times = Array.ConvertAll(times, tick => (long)Math.Round(Place(segments, tick)));
        }

        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(times.AsSpan())));
    }

    /// <summary>On the grid of the frame rate; a whole number where the tick lies on it.</summary>
    public static decimal Place(SegmentPlan segments, long tick) =>
        (decimal)tick * segments.FrameRate.Num / ((decimal)segments.TimeScale * segments.FrameRate.Den);

    /// <summary>The segments with which spans begin.</summary>
    private static List<int> Cut(SegmentPlan segments)
    {
        var (starts, end, scale) = (segments.Starts, segments.EndTicks!.Value, (double)segments.TimeScale);
        var keys = KeyTicks(segments);
        var longest = end / scale > LongSeconds ? LongestSecondsOfLong : LongestSeconds;
        var cuts = new List<int> { 0 };
        Queue<double>? last = null;
        while (true)
        {
            var (number, from) = (cuts.Count - 1, cuts[^1]);
            var left = (end - starts[from]) / scale;
            double target = number == 0 ? 0 : Math.Min(longest, FirstSeconds << Math.Min(8, number / 2));
            if (last is null && number > 1 && number % 2 == 0 && left < 3 * target)
            {
                last = new(left < SharedByFourSeconds ? [left / 2] : LastShares.Select(share => share * left));
            }

            if (last?.TryDequeue(out target) == false || left < target * 1.5 || (number > 0 && left < FirstSeconds * 1.5))
            {
                return cuts;
            }

            var candidates = Enumerable.Range(from + 1, starts.Count - from - 1)
                .Where(i => Frame(i) - Frame(from) >= MinFrames && segments.FrameTicks!.Length - Frame(i) >= MinFrames)
                .TakeWhile((i, place) => place == 0 || Length(i) <= target * 1.5)
                .ToArray();
            if (candidates.Length == 0)
            {
                return cuts;
            }

            cuts.Add(candidates.MinBy(i => (
                IsTooNear: i > candidates[0] && Length(i) < target / 2.0,
                IsNoKey: !keys.Contains(starts[i]) && candidates.Length > 1,
                Math.Abs(Length(i) - target))));

            double Length(int segment) => (starts[segment] - starts[from]) / scale;

            int Frame(int segment) => IndexOf(segments.FrameTicks!, starts[segment]);
        }
    }

    private static HashSet<long> KeyTicks(SegmentPlan segments) =>
        [.. segments.FrameTicks!.Where((_, i) => segments.KeyPts.Contains(segments.FramePts![i]))];

    private static int IndexOf(long[] ticks, long tick) => Array.BinarySearch(ticks, tick);

    private static long LongestWithoutKey(long[] pts, IReadOnlySet<long> keys)
    {
        var (last, longest) = (pts[0], 0L);
        foreach (var time in pts.Where(keys.Contains).Append(pts[^1]))
        {
            longest = Math.Max(longest, time - last);
            last = time;
        }

        return longest;
    }

    private static double Seconds(long pts, SegmentPlan segments) => pts * segments.SourceTimeBase.ToDouble();
}
