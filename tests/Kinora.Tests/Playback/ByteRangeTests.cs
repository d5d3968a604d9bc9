using Kinora.Core.Playback;

namespace Kinora.Tests.Playback;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=0-100", 0, 100)]
    [InlineData("bytes=99-", 99, 1)]
    [InlineData("bytes=-1", 99, 1)]
    [InlineData("bytes=-100", 0, 100)]
    [InlineData("bytes=-101", 0, 100)]
    [InlineData("bytes=-9223372036854775807", 0, 100)]
    [InlineData("bytes=1-9223372036854775807", 1, 99)]
    [InlineData("BYTES=10-19", 10, 10)]
    [InlineData("bytes= 10-19 ", 10, 10)]
    public void A_part_is_cut_to_what_exists(string header, long offset, long length)
    {
        Assert.Equal(RangeOutcome.Part, ByteRange.Parse(header, 100, out var range));
        Assert.Equal(new ByteRange(offset, length), range);
    }

    [Theory]
    [InlineData("bytes=100-", 100)]
    [InlineData("bytes=100-200", 100)]
    [InlineData("bytes=-0", 100)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=-1", 0)]
    public void A_range_without_a_byte_of_the_object_is_not_satisfiable(string header, long size)
    {
        Assert.Equal(RangeOutcome.Unsatisfiable, ByteRange.Parse(header, size, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=--1")]
    [InlineData("bytes=1")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=1-b")]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=1 -2")]
    [InlineData("bytes=1-2-3")]
    [InlineData("bytes=0-0,5-6")]
    [InlineData("bytes=0x1-0x2")]
    [InlineData("bytes=\u0661-\u0662")]
    [InlineData("bytes=9223372036854775808-")]
    [InlineData("items=0-1")]
    public void Everything_else_is_ignored(string? header)
    {
        Assert.Equal(RangeOutcome.Whole, ByteRange.Parse(header, 100, out var range));
        Assert.Equal(default, range);
    }

    [Fact]
    public void No_range_ever_leaves_the_object()
    {
        var random = new Random(7);
        const string alphabet = "0123456789-,= bytes";
        for (var i = 0; i < 100_000; i++)
        {
            var size = random.Next(0, 30);
            var header = "bytes=" + new string([.. Enumerable.Range(0, random.Next(0, 8)).Select(_ => alphabet[random.Next(alphabet.Length)])]);

            if (ByteRange.Parse(header, size, out var range) == RangeOutcome.Part)
            {
                Assert.True(range.Offset >= 0 && range.Length > 0 && range.Offset + range.Length <= size, $"{header} of {size}");
            }
        }
    }
}
