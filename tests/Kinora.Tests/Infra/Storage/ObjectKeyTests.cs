using Kinora.Core.Infra.Storage;
using Xunit;

namespace Kinora.Tests.Infra.Storage;

public sealed class ObjectKeyTests
{
    [Fact]
    public void The_keys_that_Kinora_makes_are_well_formed()
    {
        ObjectKey.Check(ObjectKey.Source(Guid.CreateVersion7()));
        ObjectKey.Check(ObjectKey.DerivativePrefix(Guid.CreateVersion7(), Guid.CreateVersion7(), long.MaxValue) + "1080p/seg_00001.m4s");
        ObjectKey.CheckPrefix(ObjectKey.SourcePrefix(Guid.CreateVersion7()));
        ObjectKey.CheckPrefix("");
    }

    [Fact]
    public void A_source_lies_under_the_prefix_of_its_upload_or_of_the_attempt_that_fetched_it()
    {
        var videoId = Guid.CreateVersion7();

        Assert.Equal(ObjectKey.SourcePrefix(videoId), ObjectKey.PrefixOf(ObjectKey.Source(videoId)));
        Assert.Equal(ObjectKey.FetchPrefix(videoId, 12), ObjectKey.PrefixOf(ObjectKey.SourceUnder(ObjectKey.FetchPrefix(videoId, 12))));
        Assert.Equal(videoId, ObjectKey.VideoOf(ObjectKey.FetchPrefix(videoId, 12)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData(".tmp/a")]
    [InlineData("a/.b")]
    [InlineData("A")]
    [InlineData("a%2e")]
    [InlineData("a\\b")]
    [InlineData("a\0")]
    [InlineData("а")] // Cyrillic
    public void Any_other_key_is_refused(string key) => Assert.Throws<ArgumentException>(() => ObjectKey.Check(key));

    [Fact]
    public void A_key_longer_than_any_of_ours_is_refused() => Assert.Throws<ArgumentException>(() => ObjectKey.Check(new string('a', 256)));

    [Theory]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("a//")]
    [InlineData("a/.")]
    [InlineData("B/")]
    public void A_prefix_that_leaves_the_store_is_refused(string prefix) =>
        Assert.Throws<ArgumentException>(() => ObjectKey.CheckPrefix(prefix));
}
