using System.Runtime.CompilerServices;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Xunit;
using TextTrackPlan = Kinora.Core.Transcoding.Planning.TextTrackPlan;

namespace Kinora.Tests.Transcoding.Packaging;

public sealed class PlaylistTests
{
    private static readonly Rendition Full = Video("1080p", "avc1.640028", 1920, 1080, 2_600_000);

    private static readonly Rendition Middle = Video("480p", "avc1.64001F", 854, 480, 900_000);

    private static readonly Rendition Low = Video("240p", "avc1.64000D", 426, 240, 150_000);

    private static readonly Rendition Audio = new(
        "audio",
        new SampleDescription { Kind = TrackKind.Audio, Codec = "mp4a.40.2", Channels = 2, SampleRate = 48000 },
        [new RenditionObject("audio/0.m4s", new MediaInit("audio/init.mp4", null), [new Segment(0, 48_000, 300, 3_008_000), new Segment(48_000, 64_000, 300, 4_010_667), new Segment(112_000, 40_000, 300, 2_503_333)])])
    {
        Language = "eng",
    };

    private static TextRendition Text(string name, string language, bool isForced = false, bool describesSound = false) =>
        new(new TextTrackPlan(name, 2, language, isForced, describesSound), $"{name}.vtt", new TextFacts(12_000, 9_000), 9_533_333);

    [Fact]
    public void Media_playlist() => AssertGolden("media.m3u8", MediaPlaylist.Write(Full, 4));

    [Fact]
    public void Media_playlist_of_two_spans()
    {
        var grown = new Rendition(
            Full.Name, Full.Description, [Full.Objects[0], new RenditionObject("1080p/1.m4s", Full.Objects[0].Init, [new Segment(0, 1_000_000, 60_000, 4_000_000)])]);

        AssertGolden("media-of-two-spans.m3u8", MediaPlaylist.Write(grown, 4));
    }

    [Fact]
    public void Iframe_playlist() => AssertGolden("iframes.m3u8", MediaPlaylist.WriteIFrames(Full, 4));

    [Fact]
    public void Audio_playlist() => AssertGolden("audio.m3u8", MediaPlaylist.Write(Audio, 4));

    [Fact]
    public void Master_playlist_starts_with_the_variant_nearest_to_two_megabits() =>
        AssertGolden("master.m3u8", MasterPlaylist.Write([Low, Full, Middle], [Audio], [], 4));

    [Fact]
    public void Master_playlist_without_audio() => AssertGolden("master-without-audio.m3u8", MasterPlaylist.Write([Full], [], [], 4));

    [Fact]
    public void Master_playlist_with_text() => AssertGolden(
        "master-with-text.m3u8",
        MasterPlaylist.Write(
            [Full],
            [Audio],
            [Text("text", "eng"), Text("text2", "eng", describesSound: true), Text("text3", "kor", isForced: true), Text("text4", "en\",URI=\"https://example.org/")],
            4));

    [Fact]
    public void Text_playlist() => AssertGolden("text.m3u8", MediaPlaylist.WriteText(Text("text", "eng") with { DurationUs = 5_400_123_456 }));

    [Fact]
    public void Master_playlist_of_sound_alone() => AssertGolden("master-of-sound.m3u8", MasterPlaylist.Write([], [Audio], [], 4));

    [Fact]
    public void Master_playlist_of_sound_in_two_languages()
    {
        var german = new Rendition("audio2", Audio.Description, [.. Audio.Objects.Select(o => o with { Segments = [.. o.Segments.Select(s => s with { Length = s.Length * 2 })] })])
        {
            Language = "ger",
        };

        AssertGolden("master-of-sound-in-two-languages.m3u8", MasterPlaylist.Write([], [Audio, german], [], 4));
    }

    [Theory]
    [InlineData("und")]
    [InlineData("")]
    [InlineData("e")]
    [InlineData("en\",URI=\"https://example.org/")]
    [InlineData("en\n#EXT-X-ENDLIST")]
    [InlineData("en\n")]
    public void A_language_that_is_no_tag_is_left_out(string language)
    {
        var master = MasterPlaylist.Write([Full], [new Rendition(Audio.Name, Audio.Description, Audio.Objects) { Language = language }], [], 4);

        Assert.Contains("NAME=\"Audio\",DEFAULT=YES", master, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eng", "en")]
    [InlineData("GER", "de")]
    [InlineData("deu", "de")]
    [InlineData("pt-BR", "pt-BR")]
    [InlineData("zho-Hant", "zh-Hant")]
    [InlineData("haw", "haw")]
    [InlineData(null, null)]
    public void Languages_are_told_by_their_shortest_code(string? language, string? tag) =>
        Assert.Equal(tag, LanguageTag.Normalize(language));

    // Frame rates are rounded to three decimals: 30000/1001 must not become 29.969.
    [Fact]
    public void Frame_rates_are_rounded()
    {
        Assert.Equal("29.970", MasterPlaylist.FormatFrameRate(30000m / 1001));
        Assert.Equal("23.976", MasterPlaylist.FormatFrameRate(24000m / 1001));
        Assert.Equal("60.000", MasterPlaylist.FormatFrameRate(60));
    }

    [Theory]
    [InlineData(4, 3.5, 4)]
    [InlineData(4, 4.499999, 4)]
    [InlineData(4, 4.5, 5)]
    [InlineData(0.2, 0.1, 1)]
    public void The_target_duration_is_the_longest_segment_rounded(double planned, double longest, int target) =>
        Assert.Equal(target, MediaPlaylist.TargetDuration(TimeSpan.FromSeconds(planned), (long)(longest * 1_000_000)));

    private static Rendition Video(string name, string codec, int width, int height, long bytes) => new(
        name,
        new SampleDescription { Kind = TrackKind.Video, Codec = codec, Width = width, Height = height, NalLengthSize = 4 },
        [new RenditionObject($"{name}/0.m4s", new MediaInit($"{name}/init.mp4", null), [
            new Segment(0, bytes, bytes / 20, 4_000_000),
            new Segment(bytes, bytes / 2, bytes / 25, 4_000_000),
            new Segment(bytes * 3 / 2, bytes / 4, bytes / 25, 1_533_333)])])
    {
        FrameRate = 30000m / 1001,
    };

    private static void AssertGolden(string name, string actual, [CallerFilePath] string here = "") =>
        Assert.Equal(File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "Golden", name)), actual);
}
