using Kinora.Core.Uploads;

namespace Kinora.Tests.Uploads;

public sealed class DisplayNameTests
{
    [Theory]
    [InlineData("walk.mp4", "walk.mp4")]
    [InlineData(null, "video")]
    [InlineData("", "video")]
    [InlineData("   ", "video")]
    [InlineData("..", "video")]
    [InlineData("dir/", "video")]
    [InlineData("../../x.mp4", "x.mp4")]
    [InlineData(@"C:\dir\x.mp4", "x.mp4")]
    [InlineData("a\r\nSet-Cookie: x", "aSet-Cookie: x")]
    [InlineData("a\0b\u0085c\u2028d", "abcd")]
    [InlineData("a\u202Egpm.mp4", "agpm.mp4")]
    [InlineData("a\ufffdb", "ab")]
    [InlineData("\ud83d", "video")]
    [InlineData(" -i ", "-i")]
    [InlineData("😀.mp4", "😀.mp4")]
    public void A_name_is_cleaned_to_what_can_be_shown(string? sent, string shown)
    {
        Assert.Equal(shown, DisplayName.Clean(sent));
    }

    [Fact]
    public void A_long_name_is_cut_between_characters()
    {
        Assert.Equal(255, DisplayName.Clean(new string('x', 5000)).Length);
        Assert.Equal(254, DisplayName.Clean(string.Concat(Enumerable.Repeat("😀", 200))).Length);
    }

    [Theory]
    [InlineData("walk.mp4", 200, "walk")]
    [InlineData(".mp4", 200, ".mp4")]
    [InlineData("a.b.c", 200, "a.b")]
    [InlineData("video", 200, "video")]
    [InlineData("abcdef.mp4", 4, "abcd")]
    [InlineData("abc😀.mp4", 4, "abc")]
    public void A_title_is_the_name_without_its_extension(string name, int maxLength, string title)
    {
        Assert.Equal(title, DisplayName.ToTitle(name, maxLength));
    }
}
