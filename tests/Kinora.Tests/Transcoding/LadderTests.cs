using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Tests.Transcoding;

public sealed class LadderTests
{
    [Theory]
    [InlineData(1920, 1080, "1080p=1920x1080 720p=1280x720 480p=854x480 360p=640x360 240p=426x240")]
    [InlineData(3840, 2160, "1080p=1920x1080 720p=1280x720 480p=854x480 360p=640x360 240p=426x240")]
    [InlineData(1080, 1920, "1080p=1080x1920 720p=720x1280 480p=480x854 360p=360x640 240p=240x426")]
    [InlineData(1920, 1088, "1080p=1906x1080 720p=1270x720 480p=848x480 360p=636x360 240p=424x240")]
    [InlineData(642, 642, "642p=642x642 480p=480x480 360p=360x360 240p=240x240")]
    [InlineData(1080, 720, "720p=1080x720 480p=720x480 360p=540x360 240p=360x240")]
    [InlineData(480, 270, "270p=480x270 240p=426x240")]
    [InlineData(440, 250, "240p=422x240")]
    [InlineData(1918, 1078, "1080p=1918x1078 720p=1282x720 480p=854x480 360p=640x360 240p=428x240")]
    [InlineData(1920, 800, "720p=1728x720 480p=1152x480 360p=864x360 240p=576x240")]
    [InlineData(176, 144, "144p=176x144")]
    [InlineData(161, 121, "120p=160x120")]
    public void Sizes_follow_the_source(int width, int height, string expected)
    {
        var rungs = Ladder.SizesFor(Sources.Video(width, height), 1080);

        Assert.Equal(expected, string.Join(' ', rungs.Select(r => $"{r.Name}={r.Width}x{r.Height}")));
    }

    [Fact]
    public void Rungs_above_1080p_exist_where_they_are_allowed() =>
        Assert.Equal(
            ["2160p", "1440p", "1080p", "720p", "480p", "360p", "240p"], Ladder.SizesFor(Sources.Video(3840, 2160), 2160).Select(r => r.Name));

    [Fact]
    public void Pixels_that_are_not_square_count_as_displayed()
    {
        var anamorphic = Sources.Video(1440, 1080) with { SampleAspectRatio = new Rational(4, 3) };

        Assert.Equal((1920, 1080), (Ladder.SizesFor(anamorphic, 1080)[0].Width, Ladder.SizesFor(anamorphic, 1080)[0].Height));
    }

    [Fact]
    public void A_turned_picture_is_measured_upright() =>
        Assert.Equal(720, Ladder.SizesFor(Sources.Video(1280, 720) with { Rotation = 270 }, 1080)[0].Width);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(4000, 100)]
    [InlineData(20000, 10000)]
    public void Shapes_that_no_player_shows_are_refused(int width, int height)
    {
        var refusal = Assert.Throws<JobFailedException>(() => Ladder.SizesFor(Sources.Video(width, height), 1080));

        Assert.Equal(JobErrorCode.UnsupportedGeometry, refusal.Code);
    }

    [Theory]
    [InlineData(1920, 1080, 30, 5_000_000)]
    [InlineData(1920, 1080, 24, 5_000_000)]
    [InlineData(1920, 1080, 60, 7_500_000)]
    [InlineData(854, 480, 30, 1_400_000)]
    [InlineData(426, 240, 30, 500_000)]
    public void Caps_are_those_of_the_table(int width, int height, int rate, int expected) =>
        Assert.Equal(expected, Ladder.MaxBitRate(new Ladder.Rung("", width, height), rate, null));

    [Fact]
    public void Caps_grow_with_the_pixels()
    {
        var caps = Enumerable.Range(1, 240).Select(i => Ladder.MaxBitRate(new Ladder.Rung("", i * 16, i * 9), 30, null)).ToArray();

        Assert.Equal(caps.Order(), caps);
    }

    [Theory]
    [InlineData(2_000_000, "h264", 2_600_000)]
    [InlineData(2_000_000, "hevc", 4_160_000)]
    [InlineData(10_000, "h264", 1_240_000)]
    [InlineData(50_000_000, "h264", 5_000_000)]
    public void A_thin_source_is_not_blown_up(long bitRate, string codec, int expected) =>
        Assert.Equal(expected, Ladder.MaxBitRate(new Ladder.Rung("", 1920, 1080), 30, (bitRate, codec)));
}
