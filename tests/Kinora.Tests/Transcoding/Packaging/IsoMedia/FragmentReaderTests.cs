using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Xunit;
using static Kinora.Tests.Transcoding.Packaging.IsoMedia.Bytes;

namespace Kinora.Tests.Transcoding.Packaging.IsoMedia;

public sealed class FragmentReaderTests
{
    private static readonly byte[] Sample = [0, 0, 0, 3, 0x41, 1, 2];

    private static readonly byte[] File = Join(Init(AvcEntry()), Fragment(1, 0, IdrSample, Sample), Fragment(2, 1024, IdrSample));

    [Fact]
    public void Fragments_tell_their_place_their_time_and_their_samples()
    {
        using var stream = new MemoryStream(File);
        var init = InitSegment.Read(stream);

        var fragments = FragmentReader.Read(stream, init).ToList();

        Assert.Equal(2, fragments.Count);
        Assert.Equal(init.Length, fragments[0].Offset);
        Assert.Equal(fragments[0].End, fragments[1].Offset);
        Assert.Equal(File.Length, fragments[1].End);
        Assert.Equal(
            (0, 1024, 0, 512),
            (fragments[0].DecodeTime, fragments[0].DecodeEnd, fragments[0].EarliestComposition, fragments[0].LatestComposition));
        Assert.Equal((1024, 1536), (fragments[1].DecodeTime, fragments[1].CompositionEnd));
        Assert.Equal([new Sample(6, 512, 0x02000000, 0), new Sample(7, 512, 0x10000, 0)], fragments[0].Samples);
        Assert.True(fragments[0].Samples[0].IsSync);
        Assert.False(fragments[0].Samples[1].IsSync);
        Assert.Equal(fragments[0].FirstSampleOffset + 6, fragments[0].FirstSampleEnd);
    }

    [Fact]
    public void An_idr_picture_is_a_random_access_point()
    {
        Assert.Null(FindFault(IdrSample));
        Assert.Null(FindFault([0, 0, 0, 2, 0x09, 0x10, 0, 0, 0, 1, 0x06, 0, 0, 0, 1, 0x65]));
    }

    [Fact]
    public void Another_picture_marked_as_sync_sample_is_none()
    {
        Assert.Contains("NAL unit type 1", FindFault(Sample), StringComparison.Ordinal);
        Assert.Contains("holds no picture", FindFault([0, 0, 0, 1, 0x06]), StringComparison.Ordinal);
    }

    [Fact]
    public void Parameter_sets_that_the_init_segment_does_not_have_are_a_fault()
    {
        byte[] known = [0x67, 0x64, 0x00, 0x1F];
        byte[] other = [0x67, 0x64, 0x00, 0x28];
        var entry = VisualEntry("avc1", 1280, 720, Box("avcC", [1, 0x64, 0x00, 0x1F, 0xFF, 0xE1, 0, 4, .. known, 0]));

        Assert.Null(FindFault([0, 0, 0, 4, .. known, .. IdrSample], entry));
        Assert.Contains("parameter sets", FindFault([0, 0, 0, 4, .. other, .. IdrSample], entry), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 3, 0x65, 1 })]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 0x65, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0x65, 1 })]
    public void A_nal_unit_that_leaves_its_sample_is_refused(byte[] sample) => Assert.Throws<IsoMediaException>(() => FindFault(sample));

    [Theory]
    [InlineData(ulong.MaxValue - 1023)]
    [InlineData(1UL << 63)]
    [InlineData((1UL << 53) + 1)]
    public void A_decode_time_that_was_negative_and_wrapped_is_refused(ulong decodeTime) =>
        AssertRefused(Join(Init(AvcEntry()), Fragment(1, decodeTime, IdrSample)));

    [Fact]
    public void Fragments_and_data_must_come_in_pairs()
    {
        AssertRefused(Join(Init(AvcEntry()), Box("mdat", IdrSample)));
        AssertRefused(Join(Init(AvcEntry()), Fragment(1, 0, IdrSample), Box("mdat")));
        AssertRefused(File[..^15]);
    }

    [Fact]
    public void More_samples_than_a_fragment_can_hold_are_refused_before_they_are_made()
    {
        var fragment = Box("moof",
            Box("mfhd", Zeros(4), U32(1)),
            Box("traf", Box("tfhd", U32(0x020000), U32(1)), Box("tfdt", Zeros(8)), Box("trun", U32(1), U32(uint.MaxValue), U32(100))));

        AssertRefused(Join(Init(AvcEntry()), fragment, Box("mdat", IdrSample)));
    }

    [Fact]
    public void Samples_outside_of_the_data_are_refused()
    {
        var bytes = Join(Init(AvcEntry()), Fragment(1, 0, IdrSample));

        AssertRefused([.. bytes[..^14], 0, 0, 0, 13, .. bytes[^10..^1]]);
    }

    private static string? FindFault(byte[] sample, byte[]? entry = null)
    {
        using var stream = new MemoryStream(Join(Init(entry ?? AvcEntry()), Fragment(1, 0, sample)));
        var init = InitSegment.Read(stream);
        return RandomAccessPoint.FindFault(stream, FragmentReader.Read(stream, init).Single(), init.Description);
    }

    private static void AssertRefused(byte[] file)
    {
        using var stream = new MemoryStream(file);
        var init = InitSegment.Read(stream);
        Assert.Throws<IsoMediaException>(() => FragmentReader.Read(stream, init).Count());
    }
}
