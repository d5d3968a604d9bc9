using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;

namespace Kinora.Tests.Infra.Storage;

public sealed class SourceHashTests
{
    [Fact]
    public void Without_parts_it_is_sha256()
    {
        var expected = SHA256.HashData("abc"u8);
        using var hash = SourceHash.Like(expected);

        hash.Append("a"u8);
        hash.Append("bc"u8);

        Assert.Equal(expected, hash.Finish());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(64)]
    public void With_parts_it_is_that_of_their_hashes_however_the_bytes_come(int piece)
    {
        var bytes = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var expected = SourceHash.Compose(bytes.Chunk(10).Select(SHA256.HashData), 10);
        using var hash = SourceHash.Like(expected);

        foreach (var chunk in bytes.Chunk(piece))
        {
            hash.Append(chunk);
        }

        Assert.Equal(expected, hash.Finish());
        Assert.Equal([0, 0, 0, 10], expected[32..]);
    }

    [Fact]
    public void The_end_of_the_last_part_may_be_the_end_of_the_bytes()
    {
        var expected = SourceHash.Compose([SHA256.HashData("ab"u8), SHA256.HashData("cd"u8)], 2);
        using var hash = SourceHash.Like(expected);

        hash.Append("abcd"u8);

        Assert.Equal(expected, hash.Finish());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(36)]
    [InlineData(40)]
    public void What_is_no_checksum_is_an_error(int length) => Assert.Throws<InvalidDataException>(() => SourceHash.Like(new byte[length]));
}
