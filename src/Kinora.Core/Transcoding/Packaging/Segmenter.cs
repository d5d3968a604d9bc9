using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>Makes segments of fragments. Their offsets count from the first fragment: that is where a span's object starts.</summary>
internal static class Segmenter
{
    // Renditions may have timescales down to thousandths of a second (a stream that was copied).
    private const long SameTimeUs = 1_000;

    /// <summary>
    /// Cuts where the video with the fewest fragments does: ffmpeg made one for each forced keyframe of an encoded rendition, but one for
    /// each keyframe of the source in a copied one. Whether all could cut there is for the verification to find.
    /// </summary>
    public static List<Segment> CutVideo(IReadOnlyList<FragmentRange> fragments, IReadOnlyList<FragmentRange> fewest)
    {
        var groups = new List<List<FragmentRange>>();
        var edge = 0;
        foreach (var fragment in fragments)
        {
            var isPastEdge = false;
            for (; edge < fewest.Count && fragment.StartUs >= fewest[edge].StartUs - SameTimeUs; edge++)
            {
                isPastEdge = true;
            }

            if (groups.Count == 0 || isPastEdge)
            {
                groups.Add([]);
            }

            groups[^1].Add(fragment);
        }

        return Join(groups);
    }

    /// <summary>
    /// Cuts at or just before each end of a video segment, never past it: with audio past the video edge of a growing playlist hls.js 1.7.4
    /// ran into the gap and jumped back to 0. What is left after the last video segment is the source's own and stays. Segments that would
    /// pass the target duration are cut before that.
    /// </summary>
    public static List<Segment> CutAudio(
        IReadOnlyList<FragmentRange> fragments, IReadOnlyList<FragmentRange> video, int targetDuration)
    {
        var longest = (targetDuration * 1_000_000L) + 499_999;
        var groups = new List<List<FragmentRange>> { new() };
        var edge = 0;
        foreach (var fragment in fragments)
        {
            var isPastEdge = false;
            for (; edge < video.Count - 1 && fragment.EndUs > video[edge + 1].StartUs; edge++)
            {
                isPastEdge = true;
            }

            if (groups[^1] is [var first, ..] && (isPastEdge || fragment.EndUs - Math.Max(0, first.StartUs) > longest))
            {
                groups.Add([]);
            }

            groups[^1].Add(fragment);
        }

        return Join(groups);
    }

    private static List<Segment> Join(List<List<FragmentRange>> groups)
    {
        var segments = new List<Segment>(groups.Count);
        var offset = 0L;
        for (var i = 0; i < groups.Count; i++)
        {
            // The priming of AAC lies before 0 and is not presented, so it is not part of the first segment's duration.
            var start = Math.Max(0, groups[i][0].StartUs);
            var end = i + 1 < groups.Count ? groups[i + 1][0].StartUs : groups[i].Max(f => f.EndUs);
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
