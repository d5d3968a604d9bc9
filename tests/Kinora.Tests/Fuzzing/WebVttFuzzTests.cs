using Kinora.Core.Transcoding.Packaging.WebVtt;

namespace Kinora.Tests.Fuzzing;

/// <summary>Subtitles that somebody uploads: whatever they hold, what is published is WebVTT, and reads as it was written.</summary>
public sealed class WebVttFuzzTests
{
    [Fact]
    public void What_is_made_of_any_text_reads_as_it_was_written()
    {
        var sources = new TextMutations(
            6,
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<i>Hello</i>\n\n01:00:00.000 --> 01:00:01.000 align:start\nx & y <b>\n\nz\n",
            "WEBVTT\n\n00:00.000 --> 00:59.999\na --> b\n00:01.000 --> 00:02.000\nm 0 0 l 1 1\n",
            "WEBVTT\n\n99999:00:00.000 --> 999999:00:00.000\n-->\n\n -->\n\n00:03.000 --> 00:02.000\nback\n");
        var made = 0;
        for (var i = 0; i < 50_000; i++)
        {
            IReadOnlyList<Cue> cues;
            try
            {
                cues = WebVttWriter.Prepare(WebVttReader.Read(new StringReader(sources.Next())), shiftMs: -500, endMs: i % 2 == 0 ? 90_000 : null);
            }
            catch (FormatException)
            {
                continue;
            }

            using var writer = new StringWriter();
            WebVttWriter.Write(writer, cues);
            Assert.Equal(cues, WebVttReader.Read(new StringReader(writer.ToString())));
            made += cues.Count;
        }

        Assert.True(made > 10_000, "the mutations test nothing");
    }
}
