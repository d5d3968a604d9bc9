using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Xunit;
using static Kinora.Tests.Transcoding.Packaging.IsoMedia.Bytes;

namespace Kinora.Tests.Transcoding.Packaging.IsoMedia;

public sealed class InitSegmentTests
{
    [Fact]
    public void Avc_tells_its_size_and_its_codec()
    {
        var init = Read(Init(AvcEntry()));

        Assert.Equal(
            new SampleDescription
            {
                Kind = TrackKind.Video,
                Codec = "avc1.64001F",
                Width = 1280,
                Height = 720,
                NalLengthSize = 4,
                Configuration = Convert.ToHexString(AvcConfiguration),
            },
            init.Description);
        Assert.Equal((1u, 12800u, 0L), (init.TrackId, init.Timescale, init.PresentationShift));
        Assert.Equal(Init(AvcEntry()).Length, init.Length);
    }

    // The examples of ISO/IEC 14496-15 Annex E.3 and what x265 writes for 1080p Main 10.
    [Theory]
    [InlineData("hvc1", 0x01, 0x60000000u, "B00000000000", 93, "hvc1.1.6.L93.B0")]
    [InlineData("hev1", 0x22, 0x20000000u, "900000000000", 120, "hev1.2.4.H120.90")]
    [InlineData("hvc1", 0x41, 0x80000000u, "000000000000", 93, "hvc1.A1.1.L93")]
    [InlineData("hvc1", 0x04, 0x08000000u, "9E0008000000", 120, "hvc1.4.10.L120.9E.0.8")]
    public void Hevc_tells_its_codec(string entry, byte profile, uint compatibility, string constraints, byte level, string codec)
    {
        var configuration = Join([1, profile], U32(compatibility), Convert.FromHexString(constraints), [level], Zeros(8), [0x0F, 0]);

        var description = Read(Init(VisualEntry(entry, 1920, 1080, Box("hvcC", configuration)))).Description;

        Assert.Equal((codec, 4, true), (description.Codec, description.NalLengthSize, description.IsHevc));
    }

    [Theory]
    [InlineData(0x40, new byte[] { 0x11, 0x90, 0x56, 0xE5, 0x00 }, "mp4a.40.2", 2)]
    [InlineData(0x40, new byte[] { 0x11, 0xB0 }, "mp4a.40.2", 6)]
    [InlineData(0x40, new byte[] { 0x2B, 0x92, 0x08, 0x00 }, "mp4a.40.5", 2)]
    [InlineData(0x40, new byte[] { 0xF9, 0x46, 0x20 }, "mp4a.40.42", 1)]
    [InlineData(0x6B, new byte[] { 0 }, "mp4a.6B", 2)]
    public void Audio_tells_its_codec_and_its_channels(byte objectType, byte[] configuration, string codec, int channels)
    {
        var description = Read(Init(AudioEntry(objectType, configuration), "soun", timescale: 48000)).Description;

        Assert.Equal(
            (TrackKind.Audio, codec, channels, 48000), (description.Kind, description.Codec, description.Channels, description.SampleRate));
    }

    [Fact]
    public void Edit_lists_shift_the_presentation()
    {
        Assert.Equal(-1024, Read(Init(AvcEntry(), edits: Edits((0, 1024)))).PresentationShift);
        Assert.Equal(6400 - 1024, Read(Init(AvcEntry(), edits: Edits((500, -1), (0, 1024)))).PresentationShift);
        Assert.Equal(0, Read(Init(AvcEntry(), edits: Edits())).PresentationShift);
    }

    [Fact]
    public void Edit_lists_that_cut_or_repeat_are_refused()
    {
        AssertRefused(Init(AvcEntry(), edits: Edits((500, 0), (500, 0))));
        AssertRefused(Init(AvcEntry(), edits: Edits((0, -2))));
        AssertRefused(Init(AvcEntry(), edits: Edits((500, -1))));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 7 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0, 0, 0, 1 })]
    public void A_box_with_an_impossible_size_is_refused(byte[] size) => AssertRefused(Join(size, "moov"u8.ToArray(), Zeros(8)));

    [Theory]
    [InlineData(0UL)]
    [InlineData(15UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_large_box_with_an_impossible_size_is_refused(ulong size)
    {
        AssertRefused(Join(U32(1), "free"u8.ToArray(), U64(size), Init(AvcEntry())));
        AssertRefused(Box("moov", U32(1), "mvhd"u8.ToArray(), U64(size)));
    }

    [Fact]
    public void A_box_of_size_0_reaches_to_the_end_of_the_file_but_not_of_its_parent()
    {
        AssertRefused(Join(Zeros(4), "free"u8.ToArray(), Init(AvcEntry())));
        AssertRefused(Box("moov", Zeros(4), "mvhd"u8.ToArray(), Zeros(100)));
    }

    [Fact]
    public void A_moov_that_claims_gigabytes_is_refused_before_memory_is_taken()
    {
        using var stream = new SparseStream(Join(U32(1), "moov"u8.ToArray(), U64(3UL << 30)), 3L << 30);

        Assert.Throws<IsoMediaException>(() => InitSegment.Read(stream));
    }

    [Fact]
    public void Boxes_nested_a_hundred_thousand_deep_are_not_followed()
    {
        var nested = new byte[800_000];
        for (var i = 0; i < nested.Length; i += 8)
        {
            U32((uint)(nested.Length - i)).CopyTo(nested, i);
            "moov"u8.CopyTo(nested.AsSpan(i + 4));
        }

        AssertRefused(nested);
    }

    [Fact]
    public void Files_that_are_no_fragmented_single_track_are_refused()
    {
        var init = Init(AvcEntry());
        AssertRefused([]);
        AssertRefused(Box("ftyp", Zeros(8)));
        AssertRefused(Join(Box("mdat"), init));
        AssertRefused(Init(AvcEntry(), "text"));
        AssertRefused(Init(AvcEntry(), "soun"));
        AssertRefused(Init(AvcEntry(), timescale: 0));
        AssertRefused(Init(Box("drac", Zeros(100))));
        AssertRefused(Init(VisualEntry("avc1", 16, 16, [])));
        for (var length = 25; length < init.Length; length += 3)
        {
            AssertRefused(init[..length]);
        }
    }

    private static InitSegment Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return InitSegment.Read(stream);
    }

    private static void AssertRefused(byte[] bytes) => Assert.Throws<IsoMediaException>(() => Read(bytes));
}
