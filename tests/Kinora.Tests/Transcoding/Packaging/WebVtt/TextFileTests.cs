using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Tests.Transcoding.Packaging.WebVtt;

public sealed class TextFileTests : IDisposable
{
    private static readonly TextTrackPlan Track = new("text", 2, "eng", false, false);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinora-text-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_published_is_read_back()
    {
        var made = Make("WEBVTT\n\n00:02.500 --> 00:03.500\none\\htwo\n\n00:04.000 --> 00:09.000\nthree\n", shiftMs: -1_500, endMs: 5_000)!;

        Assert.Equal(
            "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\none two\n\n00:00:02.500 --> 00:00:05.000\nthree\n", File.ReadAllText(made.File.Path));
        Assert.Equal(("text.vtt", "text/vtt", made.Facts.Bytes), (made.File.Name, made.File.ContentType, made.File.SizeBytes));
        Assert.Equal(new TextFacts(new FileInfo(made.File.Path).Length, 5_000), made.Facts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("WEBVTT\n")]
    [InlineData("WEBVTT\n\n00:08.000 --> 00:09.000\nafter the video\n")]
    public void Where_nothing_is_to_be_read_there_is_no_track(string text) => Assert.Null(Make(text, 0, 5_000));

    [Fact]
    public void A_track_that_was_never_written_is_none() =>
        Assert.Null(TextFile.Make(Track, Path.Combine(_folder.FullName, "none.vtt"), _folder.FullName, 0, null, hasHardSpaces: false));

    /// <summary>Four MiB, before what is special is escaped or after it.</summary>
    [Theory]
    [InlineData('x', 5)]
    [InlineData('&', 1)]
    public void What_is_longer_than_any_text_is_refused(char character, int mebibytes)
    {
        var text = $"WEBVTT\n\n00:01.000 --> 00:02.000\n{new string(character, mebibytes << 20)}\n";

        Assert.Contains("4 MiB", Assert.Throws<FormatException>(() => Make(text, 0, null)).Message, StringComparison.Ordinal);
    }

    private TextFile? Make(string text, long shiftMs, long? endMs)
    {
        var path = Path.Combine(_folder.FullName, "text.source.vtt");
        File.WriteAllText(path, text);
        return TextFile.Make(Track, path, _folder.FullName, shiftMs, endMs, hasHardSpaces: true);
    }
}
