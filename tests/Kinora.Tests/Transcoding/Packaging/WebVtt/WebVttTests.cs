using Kinora.Core.Transcoding.Packaging.WebVtt;

namespace Kinora.Tests.Transcoding.Packaging.WebVtt;

public sealed class WebVttTests
{
    [Fact]
    public void What_ffmpeg_writes_is_read()
    {
        var cues = Read("""
            WEBVTT

            00:01.000 --> 00:02.500
            <i>Hello</i>
            there

            01:02:03.004 --> 101:00:00.000 align:start line:10%
            한국어

            """);

        Assert.Equal([new Cue(1_000, 2_500, "<i>Hello</i>\nthere"), new Cue(3_723_004, 363_600_000, "한국어")], cues);
    }

    [Fact]
    public void An_empty_line_within_a_text_does_not_end_it() => Assert.Equal(
        [new Cue(1_000, 2_000, "first\nsecond"), new Cue(3_000, 4_000, "third")],
        Read("WEBVTT\n\n00:01.000 --> 00:02.000\nfirst\n\nsecond\n\n00:03.000 --> 00:04.000\nthird\n"));

    [Fact]
    public void What_looks_like_a_time_in_the_midst_of_a_text_is_text() => Assert.Equal(
        [new Cue(1_000, 2_000, "from\n00:07.000 --> 00:08.000\nto")],
        Read("WEBVTT\n\n00:01.000 --> 00:02.000\nfrom\n00:07.000 --> 00:08.000\nto\n"));

    [Fact]
    public void Times_before_0_are_as_ffmpeg_writes_them() =>
        Assert.Equal([new Cue(-4_500, 1_500, "a"), new Cue(-500, -10, "b")], Read("WEBVTT\n\n00:-4.-500 --> 00:01.500\na\n\n00:00.-500 --> 00:00.-01\nb\n"));

    [Theory]
    [InlineData("00:01.000 --> ")]
    [InlineData("1 --> 2")]
    [InlineData("00:61.000 --> 00:62.000")]
    [InlineData("0:0:0:01.000 --> 00:02.000")]
    [InlineData("99999999999:00:01.000 --> 00:02.000")]
    [InlineData("me --> you")]
    public void What_has_no_time_is_left_out(string line) => Assert.Equal(
        [new Cue(5_000, 6_000, "b")], Read($"WEBVTT\n\n{line}\na\n\n00:05.000 --> 00:06.000\nb\n"));

    [Theory]
    [InlineData("")]
    [InlineData("1\n00:00:01,000 --> 00:00:02,000\nSubRip")]
    public void Another_kind_of_file_is_refused(string text) => Assert.Throws<FormatException>(() => Read(text));

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        var cues = WebVttWriter.Prepare(
            [
                new Cue(4_000, 5_000, "later"),
                new Cue(1_000, 3_600_000, "<b>bold</b> 1 < 2 & 3 &amp; <script>x</script> --> y\0"),
                new Cue(1_000, 2_000, "  first  "),
            ],
            shiftMs: 0,
            endMs: null);
        using var writer = new StringWriter();

        WebVttWriter.Write(writer, cues);

        Assert.Equal(
            """
            WEBVTT

            00:00:01.000 --> 00:00:02.000
            first

            00:00:01.000 --> 01:00:00.000
            <b>bold</b> 1 &lt; 2 &amp; 3 &amp; &lt;script&gt;x&lt;/script&gt; --&gt; y�

            00:00:04.000 --> 00:00:05.000
            later

            """.ReplaceLineEndings("\n"),
            writer.ToString());
        Assert.Equal(cues, Read(writer.ToString()));
    }

    [Fact]
    public void Nothing_is_shown_before_the_video_or_after_it() => Assert.Equal(
        [new Cue(0, 500, "begins before"), new Cue(1_000, 2_000, "within"), new Cue(9_000, 10_000, "ends after")],
        WebVttWriter.Prepare(
            [
                new Cue(0, 1_500, "all before"),
                new Cue(1_000, 2_000, "begins before"),
                new Cue(2_500, 3_500, "within"),
                new Cue(4_000, 4_000, "no time"),
                new Cue(5_000, 6_000, " \n "),
                new Cue(10_500, 20_000, "ends after"),
                new Cue(11_500, 12_000, "all after"),
            ],
            shiftMs: -1_500,
            endMs: 10_000));

    [Theory]
    [InlineData("m 0 0 l 100 0 100 100 0 100", true)]
    [InlineData("m -1.5 20 b 1 2 3 4 5 6 l 0 0", true)]
    [InlineData("m 0 0 l 100 0 or so", false)]
    [InlineData("m 5", false)]
    public void Drawings_are_no_text(string text, bool isDrawing) =>
        Assert.Equal(isDrawing, WebVttWriter.Prepare([new Cue(0, 1_000, text)], 0, null).Count == 0);

    private static IReadOnlyList<Cue> Read(string text)
    {
        using var reader = new StringReader(text.ReplaceLineEndings("\n"));
        return WebVttReader.Read(reader);
    }
}
