using Kinora.Core.Infra.Media;

namespace Kinora.Tests.Transcoding;

public sealed class FfmpegTextTests
{
    [Fact]
    public void Progress_is_told_a_block_at_a_time()
    {
        var reader = new FfmpegProgressReader();
        string[] lines =
        [
            "frame=0", "out_time_us=N/A", "total_size=N/A", "progress=continue",
            "frame=48", "fps=0.00", "bitrate= 162.1kbits/s", "total_size=103327", "out_time_us=2002000", "out_time=00:00:02.002000", "progress=end",
        ];

        var blocks = lines.Select(reader.Read).Where(block => block is not null).Select(block => block!.Value).ToArray();

        Assert.Equal([new FfmpegProgress(0, TimeSpan.Zero, 0), new FfmpegProgress(48, TimeSpan.FromMilliseconds(2002), 103327)], blocks);
        Assert.True(reader.HasEnded);
    }

    [Fact]
    public void Errors_keep_their_beginning_and_their_end()
    {
        var text = new FfmpegErrorText();
        for (var i = 0; i < 100_000; i++)
        {
            text.Add($"line {i}");
        }

        var kept = text.ToString();

        Assert.StartsWith("line 0\n", kept, StringComparison.Ordinal);
        Assert.EndsWith("line 99999", kept, StringComparison.Ordinal);
        Assert.InRange(kept.Length, 1000, 9000);
    }

    [Fact]
    public void A_logged_command_can_be_pasted() =>
        Assert.Equal("ffmpeg -i 'file:/a b/it'\\''s.mp4' -f null ''", Ffmpeg.ShellLine("ffmpeg", ["-i", "file:/a b/it's.mp4", "-f", "null", ""]));

    [Theory]
    [InlineData(1, "Error while filtering: Cannot allocate memory", "TOO_COMPLEX")]
    [InlineData(1, "x264 [error]: malloc of size 2379452 failed\nError while opening encoder for output stream #0:0", "TOO_COMPLEX")]
    [InlineData(0, "Error closing file x.mp4: File too large", "TOO_COMPLEX")]
    [InlineData(0, "Error closing file x.mp4: No space left on device", "DISK_FULL")]
    [InlineData(1, "Error while opening decoder for input stream #0:0 : Resource temporarily unavailable", "INTERNAL")]
    [InlineData(137, "", "INTERNAL")]
    public void What_went_wrong_is_told_by_its_words(int exitCode, string errorText, string code) =>
        Assert.Equal(code, FfmpegFailure.Of(exitCode, errorText).Code.Name);
}
