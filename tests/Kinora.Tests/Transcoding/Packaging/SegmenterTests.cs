using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Xunit;

namespace Kinora.Tests.Transcoding.Packaging;

public sealed class SegmenterTests
{
    [Fact]
    public void Audio_is_cut_at_or_before_each_end_of_a_video_segment()
    {
        var segments = Segmenter.CutAudio(Fragments(0, 1.0, 2.0, 3.0, 4.1, 5.1, 6.1, 7.1, 8.0), Starts(0, 4), targetDuration: 4);

        Assert.Equal([3_000_000L, 4_100_000, 900_000], Durations(segments, endUs: 8_000_000));
        Assert.Equal([0L, 300, 700], segments.Select(s => s.Offset));
        Assert.Equal([300L, 400, 100], segments.Select(s => s.Length));
    }

    [Fact]
    public void Audio_without_room_for_a_fragment_before_an_edge_goes_on_to_the_next() =>
        Assert.Equal([4_000_000L, 3_000_000], Durations(
            Segmenter.CutAudio(Fragments(0, 1, 2, 3, 4, 5, 6, 7), Starts(0, 4, 4.5), targetDuration: 4), endUs: 7_000_000));

    [Fact]
    public void Audio_that_outlasts_the_video_is_cut_by_the_target_duration() =>
        Assert.Equal([2_000_000L, 4_000_000, 4_000_000, 1_000_000], Durations(
            Segmenter.CutAudio(Fragments(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Starts(0, 2.5), targetDuration: 4), endUs: 11_000_000));

    [Fact]
    public void A_copied_video_is_cut_where_the_encoded_ones_are() =>
        Assert.Equal([4_000_000L, 4_000_400, 999_600], Durations(
            Segmenter.CutVideo(Fragments(0, 2, 4, 5, 6, 8.0004, 9), Starts(0, 4, 8)), endUs: 9_000_000));

    [Fact]
    public void Priming_before_zero_is_no_part_of_the_first_duration() =>
        Assert.Equal(980_000, Segmenter.CutVideo(Fragments(-0.02, 0.98), Starts(0))[0].DurationUs);

    [Fact]
    public void A_segment_without_duration_is_refused() =>
        Assert.Throws<IsoMediaException>(() => Segmenter.CutVideo(Fragments(2, 1), Starts(2)));

    /// <summary>Fragments of 100 bytes between these times, in seconds.</summary>
    private static List<FragmentRange> Fragments(params double[] times) =>
        [.. times.Zip(times.Skip(1)).Select((t, i) => new FragmentRange(1000 + (i * 100), 100, 10, (long)(t.First * 1_000_000), (long)(t.Second * 1_000_000)))];

    private static long[] Starts(params double[] seconds) => [.. seconds.Select(s => (long)(s * 1_000_000))];

    private static IEnumerable<long> Durations(List<Segment> segments, long endUs)
    {
        Assert.Equal(endUs, segments.Sum(s => s.DurationUs));
        return segments.Select(s => s.DurationUs);
    }
}
