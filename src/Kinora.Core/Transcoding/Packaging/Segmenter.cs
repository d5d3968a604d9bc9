using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>Makes segments of fragments. Their offsets are those in the object that they are put into, without gaps.</summary>
internal static class Segmenter
{
    /// <summary>Renditions may have timescales down to thousandths of a second (a stream that was copied).</summary>
    public const long SameTimeUs = 1_000;

    /// <summary>
    /// Cuts where the video with the fewest fragments does: ffmpeg made one for each forced keyframe of an encoded rendition, but one for
    /// each keyframe of the source in a copied one. Whether all could cut there is for the verification to find.
    /// </summary>
    /// <param name="startsUs">Of the segments.</param>
    /// <param name="offset">In the object, of the first segment.</param>
    /// <param name="endUs">Where the next object's first segment starts; null: the last fragment's end.</param>
    public static List<Segment> CutVideo(
        IReadOnlyList<FragmentRange> fragments, IReadOnlyList<long> startsUs, long offset = 0, long? endUs = null)
    {
        var groups = new List<List<FragmentRange>>();
        var edge = 0;
        foreach (var fragment in fragments)
        {
            var isPastEdge = false;
            for (; edge < startsUs.Count && fragment.StartUs >= startsUs[edge] - SameTimeUs; edge++)
            {
                isPastEdge = true;
            }

            if (groups.Count == 0 || isPastEdge)
            {
                groups.Add([]);
            }

            groups[^1].Add(fragment);
        }

        return Join(groups, offset, endUs);
    }

    /// <summary>
    /// Cuts at or just before each end of a video segment, never past it: with audio past the video edge of a growing playlist hls.js 1.7.4
    /// ran into the gap and jumped back to 0. What is left after the last video segment is the source's own and stays. Segments that would
    /// pass the target duration are cut before that.
    /// </summary>
    /// <param name="startsUs">Of the video's segments.</param>
    /// <param name="offset">In the object, of the first segment.</param>
    public static List<Segment> CutAudio(
        IReadOnlyList<FragmentRange> fragments, IReadOnlyList<long> startsUs, int targetDuration, long offset = 0)
    {
        var longest = (targetDuration * 1_000_000L) + 499_999;
        var groups = new List<List<FragmentRange>> { new() };
        var edge = 0;
        foreach (var fragment in fragments)
        {
            var isPastEdge = false;
            for (; edge < startsUs.Count - 1 && fragment.EndUs > startsUs[edge + 1]; edge++)
            {
                isPastEdge = true;
            }

            if (groups[^1] is [var first, ..] && (isPastEdge || fragment.EndUs - Math.Max(0, first.StartUs) > longest))
            {
                groups.Add([]);
            }

            groups[^1].Add(fragment);
        }

        return Join(groups, offset, null);
    }

    private static List<Segment> Join(List<List<FragmentRange>> groups, long offset, long? endUs)
    {
        var segments = new List<Segment>(groups.Count);
        for (var i = 0; i < groups.Count; i++)
        {
            // The priming of AAC lies before 0 and is not presented, so it is not part of the first segment's duration.
            var start = Math.Max(0, groups[i][0].StartUs);
            var end = i + 1 < groups.Count ? groups[i + 1][0].StartUs : endUs ?? groups[i].Max(f => f.EndUs);
            if (end <= start)
            {
                throw new IsoMediaException($"Segment {i} has no duration.");
            }

            var length = groups[i].Sum(f => f.Length);
            segments.Add(new Segment(offset, length, groups[i][0].FirstFrameLength, end - start));
            offset += length;
        }

        return segments;
    }
}
