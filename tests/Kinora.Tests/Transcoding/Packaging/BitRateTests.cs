using Kinora.Core.Transcoding.Packaging;
using Xunit;

namespace Kinora.Tests.Transcoding.Packaging;

public sealed class BitRateTests
{
    [Fact]
    public void The_peak_is_that_of_the_worst_run_of_segments()
    {
        Assert.Equal(new BitRate(2000, 1334), Of(4, (500, 4), (1000, 4), (500, 4)));
    }

    [Fact]
    public void A_short_last_segment_counts_with_its_neighbours_only()
    {
        // Alone the last one has 8000 bit/s, but one second is less than half of the target duration: with the one before it 2400.
        Assert.Equal(2400, Of(4, (500, 4), (500, 4), (1000, 1)).Peak);
    }

    [Fact]
    public void Two_short_segments_together_can_be_the_peak() => Assert.Equal(1600, Of(4, (100, 1), (400, 2), (400, 2), (100, 1)).Peak);

    [Fact]
    public void A_video_of_less_than_half_a_target_duration_is_its_own_peak() => Assert.Equal(new BitRate(8000, 8000), Of(6, (1000, 1)));

    private static BitRate Of(int targetDuration, params (long Bytes, int Seconds)[] segments) =>
        BitRate.Of([.. segments.Select(s => (s.Bytes, s.Seconds * 1_000_000L))], targetDuration);
}
