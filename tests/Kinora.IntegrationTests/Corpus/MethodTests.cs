using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>That what measures the corpus can tell right from wrong.</summary>
public sealed class MethodTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(0.045)]
    [InlineData(-0.25)]
    public async Task Sound_that_was_moved_is_found_as_far_away(double seconds)
    {
        // As a voice is: louder and softer, never the same twice.
        var source = await MakeAsync("source.mp4", "aevalsrc='random(0)*sin(11*t)*sin(3*t)':s=44100:d=9");
        var moved = seconds < 0
            ? FormattableString.Invariant($"atrim=start={-seconds},asetpts=PTS-STARTPTS")
            : FormattableString.Invariant($"adelay={seconds * 1000}:all=1");
        await Tools.FfmpegAsync("-i", source, "-c:v", "copy", "-af", $"{moved},aresample=48000", "-c:a", "aac", _folder.Path("moved.mkv"));

        var offsets = (await SoundAsync(source)).OffsetsIn(await SoundAsync(_folder.Path("moved.mkv")));

        Assert.Equal(3, offsets.Count);
        Assert.All(offsets, offset => Assert.Equal(seconds, offset.Seconds, 0.002));
        Assert.All(offsets, offset => Assert.True(offset.Likeness > 0.9));
    }

    [Fact]
    public async Task Silence_tells_no_time()
    {
        var source = await MakeAsync("silent.mp4", "anullsrc=d=9");

        Assert.Empty((await SoundAsync(source)).OffsetsIn(await SoundAsync(source)));
    }

    [Theory]
    [InlineData("null", true)]
    [InlineData("hflip", false)]
    [InlineData("vflip", false)]
    [InlineData("transpose=1", false)]
    [InlineData("transpose=2", false)]
    [InlineData("transpose=1,hflip", false)]
    [InlineData("crop=iw*0.8:ih,scale=480:360", false)]
    [InlineData("scale=480:270,pad=480:360:0:45", false)]
    public async Task A_picture_that_is_turned_mirrored_cut_or_padded_is_not_taken_for_the_source(string filter, bool isRight)
    {
        var source = await MakeAsync("source.mp4", "anullsrc=d=9");
        await Tools.FfmpegAsync("-i", source, "-vf", filter, "-an", "-c:v", "libx264", "-preset", "ultrafast", _folder.Path("changed.mp4"));

        var likeness = SquarePicture.Compare(await PicturesAsync(_folder.Path("changed.mp4")), await PicturesAsync(source));

        Assert.True(isRight == likeness.IsRight(isToneMapped: false), $"{likeness}");
    }

    [Theory]
    [InlineData("null", true)]
    [InlineData("hflip", false)]
    [InlineData("vflip", false)]
    [InlineData("transpose=1", false)]
    public async Task A_tone_curve_hides_neither_what_is_right_nor_what_is_wrong(string filter, bool isRight)
    {
        var source = await MakeAsync("source.mp4", "anullsrc=d=9");
        await Tools.FfmpegAsync(
            "-i", source, "-vf", $"curves=all='0/0.5 0.5/0.9 1/1',{filter}", "-an", "-c:v", "libx264", "-preset", "ultrafast", _folder.Path("changed.mp4"));

        var likeness = SquarePicture.Compare(await PicturesAsync(_folder.Path("changed.mp4")), await PicturesAsync(source));

        Assert.True(isRight == likeness.IsRight(isToneMapped: true), $"{likeness}");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<SoundTimeline> SoundAsync(string path) =>
        await SoundTimeline.ReadAsync("file:" + path, "0:a:0", (await FrameTimes.ReadAsync("file:" + path, "0:v:0")).Origin);

    private static Task<IReadOnlyList<SquarePicture>> PicturesAsync(string path) => SquarePicture.ReadAsync("file:" + path, "0:v:0", false, [0, 30, 60]);

    private async Task<string> MakeAsync(string name, string sound)
    {
        var path = _folder.Path(name);
        await Tools.FfmpegAsync(
            "-f", "lavfi", "-i", "testsrc2=s=480x360:r=10:d=9", "-f", "lavfi", "-i", sound, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
            "-c:a", "aac", path);
        return path;
    }
}
