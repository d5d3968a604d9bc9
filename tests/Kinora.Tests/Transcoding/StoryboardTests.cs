using System.Runtime.CompilerServices;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Encoding;

namespace Kinora.Tests.Transcoding;

public sealed class StoryboardTests
{
    [Theory]
    [InlineData(0.5, 2, 1, 1, 1, 1)]
    [InlineData(2, 2, 1, 1, 1, 1)]
    [InlineData(2.001, 2, 2, 2, 1, 1)]
    [InlineData(25.04, 2, 13, 10, 2, 1)]
    [InlineData(200, 2, 100, 10, 10, 1)]
    [InlineData(201, 2, 101, 10, 10, 2)]
    [InlineData(400, 2, 200, 10, 10, 2)]
    [InlineData(400.001, 3, 134, 10, 10, 2)]
    [InlineData(600, 3, 200, 10, 10, 2)]
    [InlineData(3 * 3600, 54, 200, 10, 10, 2)]
    [InlineData(3 * 3600 + 1, 55, 197, 10, 10, 2)]
    public void Tiles_are_as_many_as_a_seek_bar_tells_apart(
        double seconds, int interval, int tiles, int columns, int rows, int sprites)
    {
        var plan = PlanOf(Sources.Video(), seconds)!;

        Assert.Equal((interval, tiles), (plan.Interval.TotalSeconds, plan.TileCount));
        Assert.Equal((columns, rows, sprites), (plan.Columns, plan.Rows, plan.SpriteCount));
    }

    [Theory]
    [InlineData(1920, 1080, 0, 1, 1, 160, 90)]
    [InlineData(1920, 1080, 90, 1, 1, 90, 160)]
    [InlineData(1440, 1080, 0, 4, 3, 160, 90)]
    [InlineData(853, 479, 0, 1, 1, 160, 90)]
    [InlineData(1079, 1920, 0, 1, 1, 90, 160)]
    [InlineData(65, 49, 0, 1, 1, 64, 48)]
    [InlineData(4096, 16, 0, 1, 1, 160, 2)]
    [InlineData(1, 1, 0, 1, 1, 2, 2)]
    public void A_tile_has_the_shape_of_the_video(int width, int height, int rotation, int num, int den, int tileWidth, int tileHeight)
    {
        var video = Sources.Video(width, height) with { Rotation = rotation, SampleAspectRatio = new Rational(num, den) };

        var plan = PlanOf(video, 10)!;

        Assert.Equal((tileWidth, tileHeight), (plan.TileWidth, plan.TileHeight));
    }

    [Fact]
    public void Without_a_length_there_is_no_plan()
    {
        Assert.Null(PlanOf(Sources.Video(), 0));
        Assert.Null(PlanOf(Sources.Video(), 0.0009));
        Assert.Null(StoryboardPlan.Of(Sources.Video(), Sources.Info(Sources.Video()) with { DurationUs = null }));
    }

    [Fact]
    public void The_text_of_a_sprite() => AssertGolden("storyboard.vtt", StoryboardText.Write(PlanOf(Sources.Video(), 25.04)!, 7));

    [Fact]
    public void The_text_of_several_sprites() =>
        AssertGolden("storyboard-of-two-sprites.vtt", StoryboardText.Write(PlanOf(Sources.Video(), (3 * 3600) + 0.0015)!, 12));

    private static StoryboardPlan? PlanOf(MediaStream video, double seconds) =>
        StoryboardPlan.Of(video, Sources.Info(video, durationUs: (long)(seconds * 1e6)));

    private static void AssertGolden(string name, string actual, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("KINORA_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
