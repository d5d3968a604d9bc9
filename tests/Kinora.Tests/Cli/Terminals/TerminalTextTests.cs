using Kinora.Cli.Terminals;

namespace Kinora.Tests.Cli.Terminals;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("By the sea", "By the sea")]
    [InlineData("바닷가 산책, 👩‍👩‍👧", "바닷가 산책, 👩‍👩‍👧")]
    [InlineData("\x1b[31mred\x1b[0m", "[31mred[0m")]
    [InlineData("\x1b]0;title\a", "]0;title")]
    [InlineData("\u009b2Jgone\u007f", "2Jgone")]
    [InlineData("two\r\nlines\tand\u2028more", "two  lines and more")]
    [InlineData("evil\u202Egpj.exe\u2066", "evilgpj.exe")]
    public void What_would_move_a_terminal_is_left_out(string text, string shown) => Assert.Equal(shown, TerminalText.Clean(text));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_960, "1.0 MB")]
    [InlineData(12_345_678, "12.3 MB")]
    [InlineData(20_000_000_000, "20.0 GB")]
    public void Sizes_are_told_in_the_unit_that_fits(double bytes, string text) => Assert.Equal(text, HumanText.Size(bytes));

    [Theory]
    [InlineData(0, "0:00", "0 s")]
    [InlineData(123, "2:03", "2 min")]
    [InlineData(3723, "1:02:03", "1 h")]
    [InlineData(100_000, "27:46:40", "1 d")]
    public void Times_are_told_as_people_read_them(int seconds, string duration, string age) =>
        Assert.Equal((duration, age), (HumanText.Duration(TimeSpan.FromSeconds(seconds)), HumanText.Age(TimeSpan.FromSeconds(seconds))));
}
