namespace Kinora.IntegrationTests.Transcoding;

public sealed class ThumbnailMakerTests : IDisposable
{
    private readonly EncodingBench _bench = new();

    [Fact]
    public async Task A_black_intro_is_passed_over()
    {
        var source = await _bench.MakeAsync("intro.mp4", Sequence("color=black:s=640x360:r=25:d=6", "testsrc2=s=640x360:r=25:d=2"));

        Assert.True(await _bench.BrightnessAsync(await MakeAsync(source)) > 60);
    }

    [Fact]
    public async Task The_only_bright_pictures_are_found_wherever_they_are()
    {
        var source = await _bench.MakeAsync(
            "flash.mp4",
            [.. Sequence("color=black:s=320x240:r=25:d=3", "testsrc2=s=320x240:r=25:d=0.2", "color=black:s=320x240:r=25:d=40"), "-g", "1000", "-sc_threshold", "0"]);

        Assert.True(await _bench.BrightnessAsync(await MakeAsync(source)) > 60);
    }

    [Fact]
    public async Task The_only_bright_scene_is_found_before_all_is_decoded()
    {
        // Black at the beginning, black at a fifth and for long after it; the scene is a keyframe's.
        var source = await _bench.MakeAsync(
            "scene.mp4", Sequence("color=black:s=320x240:r=25:d=60", "testsrc2=s=320x240:r=25:d=2", "color=black:s=320x240:r=25:d=3"));

        Assert.True(await _bench.BrightnessAsync(await MakeAsync(source)) > 60);
    }

    [Fact]
    public async Task A_clip_with_one_keyframe_is_shown_at_a_fifth_of_it()
    {
        // The beginning is not black, and its title all the same.
        var source = await _bench.MakeAsync(
            "title.mp4", [.. Sequence("color=white:s=320x240:r=25:d=1", "color=gray:s=320x240:r=25:d=9"), "-g", "1000", "-sc_threshold", "0"]);

        Assert.InRange(await _bench.BrightnessAsync(await MakeAsync(source)), 110, 150);
    }

    [Fact]
    public async Task A_black_video_has_a_black_picture()
    {
        var source = await _bench.MakeAsync("black.mp4", "-f", "lavfi", "-i", "color=black:s=320x240:r=25:d=2", "-pix_fmt", "yuv420p");

        Assert.True(await _bench.BrightnessAsync(await MakeAsync(source)) < 20);
    }

    [Fact]
    public async Task One_frame_is_enough()
    {
        var source = await _bench.MakeAsync("one.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x240", "-frames:v", "1", "-pix_fmt", "yuv420p");

        Assert.True(await _bench.BrightnessAsync(await MakeAsync(source)) > 60);
    }

    [Fact]
    public async Task Large_pictures_shrink_and_pixels_become_square()
    {
        var source = await _bench.MakeAsync(
            "wide.mp4", "-f", "lavfi", "-i", "testsrc2=s=1440x1080:d=1", "-vf", "setsar=4/3", "-pix_fmt", "yuv420p", "-preset", "ultrafast");

        var picture = (await FfprobeMedia.InfoAsync(await MakeAsync(source))).Streams[0];

        Assert.Equal((1280, 720, "mjpeg"), (picture.Width, picture.Height, picture.Codec));
    }

    [Fact]
    public async Task A_seek_past_the_end_of_a_short_file_falls_back()
    {
        var source = await _bench.MakeAsync("short.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x240:d=1", "-pix_fmt", "yuv420p");
        var info = await FfprobeMedia.InfoAsync(source);
        var lying = info with { DurationUs = 3_600_000_000, Streams = [.. info.Streams.Select(s => s with { DurationUs = 3_600_000_000 })] };

        await _bench.Thumbnails.RunAsync(source, lying, _bench.PathOf("lying.jpg"), TestContext.Current.CancellationToken);

        Assert.True(await _bench.BrightnessAsync(_bench.PathOf("lying.jpg")) > 60);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<string> MakeAsync(string source)
    {
        var picture = _bench.PathOf("thumbnail.jpg");
        await _bench.Thumbnails.RunAsync(source, await FfprobeMedia.InfoAsync(source), picture, TestContext.Current.CancellationToken);
        return picture;
    }

    private static string[] Sequence(params string[] parts) =>
    [
        .. parts.SelectMany(part => (string[])["-f", "lavfi", "-i", part]),
        "-filter_complex", string.Concat(parts.Select((_, i) => $"[{i}:v]")) + $"concat=n={parts.Length}", "-pix_fmt", "yuv420p", "-preset", "ultrafast",
    ];
}
