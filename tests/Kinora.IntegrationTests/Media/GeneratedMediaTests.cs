using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Native;
using Kinora.Core.Videos;
using Xunit;

namespace Kinora.IntegrationTests.Media;

/// <summary>What the probe tells of files whose making is known.</summary>
public sealed class GeneratedMediaTests(MediaFixture media) : IClassFixture<MediaFixture>
{
    private const string Sound = "-c:a aac -b:a 64k";

    [Theory]
    [InlineData("plain.mp4", "-movflags +faststart", "mov,mp4,m4a,3gp,3g2,mj2")]
    [InlineData("end.mp4", "", "mov,mp4,m4a,3gp,3g2,mj2")]
    [InlineData("fragmented.mp4", "-movflags +frag_keyframe+empty_moov", "mov,mp4,m4a,3gp,3g2,mj2")]
    [InlineData("plain.mov", "", "mov,mp4,m4a,3gp,3g2,mj2")]
    [InlineData("plain.mkv", "", "matroska,webm")]
    [InlineData("plain.ts", "", "mpegts")]
    [InlineData("plain.flv", "", "flv")]
    public async Task A_plain_video_is_told_the_same_in_every_container(string name, string muxing, string container)
    {
        var info = await ProbeAsync(name, $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} {muxing}");

        Assert.Equal(container, info.Container);
        Assert.InRange(info.DurationUs!.Value, 1_900_000, 2_150_000);
        var video = info.Video!;
        Assert.Equal(("h264", 320, 180, "yuv420p", 8), (video.Codec, video.DisplayWidth, video.DisplayHeight, video.PixelFormat, video.BitDepth));
        Assert.Equal((0, false, false, false), (video.Rotation, video.IsMirrored, video.IsInterlaced, video.IsEncrypted));
        Assert.Equal(25, video.RealFrameRate.ToDouble());
        Assert.InRange(video.AverageFrameRate.ToDouble(), 24.5, 25.5);
        // Without an edit list the first frame is longer by the 23 ms that AAC takes to begin.
        Assert.InRange(video.KeyframeIntervalUs!.Value, 998_000, 1_025_000);
        Assert.Equal(("aac", 1, 44100), (info.Audio!.Codec, info.Audio.Channels, info.Audio.SampleRate));
        MediaPolicy.Check(info, new MediaOptions());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(90, 90)]
    [InlineData(180, 180)]
    [InlineData(270, 270)]
    [InlineData(40, 0)]
    [InlineData(50, 90)]
    public async Task Rotation_is_told_in_clockwise_quarter_turns(int written, int told)
    {
        var plain = await media.MakeAsync("plain.mp4", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} -movflags +faststart");
        var (sin, cos) = Math.SinCos(written * Math.PI / 180);

        var info = await media.ProbeAsync(await MediaBytes.WithMatrixAsync(media, plain, $"rotated{written}.mp4", cos, sin, -sin, cos));

        Assert.Equal((told, false), (info.Video!.Rotation, info.Video.IsMirrored));
        Assert.Equal(told is 90 or 270 ? (180, 320) : (320, 180), (info.Video.DisplayWidth, info.Video.DisplayHeight));
    }

    [Theory]
    [InlineData(-1, 0, 0, 1, 0)]
    [InlineData(1, 0, 0, -1, 180)]
    [InlineData(0, 1, 1, 0, 270)]
    [InlineData(0, -1, -1, 0, 90)]
    public async Task Mirrored_pictures_are_flipped_left_to_right_and_then_turned(double a, double b, double c, double d, int rotation)
    {
        var plain = await media.MakeAsync("plain.mp4", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} -movflags +faststart");

        var info = await media.ProbeAsync(await MediaBytes.WithMatrixAsync(media, plain, $"mirrored{rotation}.mp4", a, b, c, d));

        Assert.Equal((rotation, true), (info.Video!.Rotation, info.Video.IsMirrored));
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1000, 0.001, -30000, 0)]
    public async Task A_matrix_that_makes_no_sense_turns_nothing(double a, double b, double c, double d)
    {
        var plain = await media.MakeAsync("plain.mp4", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} -movflags +faststart");

        var info = await media.ProbeAsync(await MediaBytes.WithMatrixAsync(media, plain, $"garbage{a}{b}.mp4", a, b, c, d));

        Assert.Equal((0, false), (info.Video!.Rotation, info.Video.IsMirrored));
    }

    [Fact]
    public async Task Ten_bits_and_their_colours_are_told()
    {
        var info = await ProbeAsync(
            "hdr.mkv",
            $"{MediaFixture.Video} -c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p10le "
            + "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -color_range tv");

        var video = info.Video!;
        Assert.Equal(("hevc", "yuv420p10le", 10, true), (video.Codec, video.PixelFormat, video.BitDepth, video.IsHdr));
        Assert.Equal(("bt2020", "smpte2084", "bt2020nc", "tv"), (video.ColorPrimaries, video.ColorTransfer, video.ColorSpace, video.ColorRange));
        Assert.Null(info.Audio);
        MediaPolicy.Check(info, new MediaOptions());
    }

    [Fact]
    public async Task Surround_sound_and_languages_are_told()
    {
        var info = await ProbeAsync(
            "languages.mkv",
            $"{MediaFixture.VideoAndSound} -map 0 -map 1 -map 1 {MediaFixture.H264} -c:a aac -ac:a:0 2 -ac:a:1 6 "
            + "-metadata:s:a:0 language=deu -metadata:s:a:1 language=fra -disposition:a:0 0 -disposition:a:1 default");

        Assert.Equal(["deu", "fra"], info.Streams.Where(s => s.Kind == StreamKind.Audio).Select(s => s.Language));
        Assert.Equal((6, "5.1", "fra"), (info.Audio!.Channels, info.Audio.ChannelLayout, info.Audio.Language));
    }

    [Fact]
    public async Task Webm_is_told()
    {
        var info = await ProbeAsync(
            "plain.webm", $"{MediaFixture.VideoAndSound} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -c:a libopus");

        Assert.Equal(("vp9", "opus", 48000), (info.Video!.Codec, info.Audio!.Codec, info.Audio.SampleRate));
    }

    [Fact]
    public async Task Interlaced_video_and_wide_pixels_are_told()
    {
        var info = await ProbeAsync(
            "interlaced.ts",
            "-f lavfi -i testsrc2=size=720x576:rate=50:duration=2 -vf interlace,setsar=64/45 -c:v mpeg2video -flags +ildct+ilme -b:v 4M");

        Assert.Equal(("tt", 1024, 576), (info.Video!.FieldOrder, info.Video.DisplayWidth, info.Video.DisplayHeight));
    }

    [Theory]
    [InlineData("mp4")]
    [InlineData("mkv")]
    public async Task Too_many_streams_are_refused(string extension)
    {
        var maps = string.Concat(Enumerable.Repeat(" -map 1", 65));
        var path = await media.MakeAsync(
            $"streams.{extension}", $"{MediaFixture.VideoAndSound} -map 0{maps} {MediaFixture.H264} -c:a aac -t 0.1");

        await AssertRefusedAsync(path, JobErrorCode.TooManyStreams);
    }

    [Fact]
    public async Task Scripts_that_name_other_files_are_refused_whatever_their_name_says()
    {
        var target = await media.MakeAsync("plain.ts", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound}");
        string[] scripts =
        [
            $"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
            $"\ufeff#EXTM3U\n#EXTINF:2,\nfile:{target}\n",
            $"ffconcat version 1.0\nfile '{target}'\n",
            $"<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>{target}</BaseURL></MPD>",
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n",
        ];
        for (var i = 0; i < scripts.Length; i++)
        {
            var path = await media.WriteAsync($"script{i}.mp4", System.Text.Encoding.UTF8.GetBytes(scripts[i]));

            await AssertRefusedAsync(path, JobErrorCode.FormatNotAllowed);
        }
    }

    [Fact]
    public async Task Animations_and_photos_are_no_videos()
    {
        await AssertRefusedAsync(await media.MakeAsync("moving.gif", $"{MediaFixture.Video} -t 0.2"), JobErrorCode.FormatNotAllowed);
        await AssertRefusedAsync(await media.MakeAsync("photo.png", $"{MediaFixture.Video} -frames:v 1"), JobErrorCode.FormatNotAllowed);
        byte[] heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[1000]];
        await AssertRefusedAsync(await media.WriteAsync("photo.heic", heic), JobErrorCode.FormatNotAllowed);
    }

    [Fact]
    public async Task Files_cut_off_are_damaged()
    {
        var plain = await File.ReadAllBytesAsync(
            await media.MakeAsync("plain.mp4", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} -movflags +faststart"),
            TestContext.Current.CancellationToken);
        var end = await File.ReadAllBytesAsync(
            await media.MakeAsync("end.mp4", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound}"),
            TestContext.Current.CancellationToken);
        foreach (var percent in (int[])[10, 50, 90])
        {
            await AssertRefusedAsync(await media.WriteAsync("cut.mp4", plain[..(plain.Length * percent / 100)]), JobErrorCode.Corrupt);
            await AssertRefusedAsync(await media.WriteAsync("cut.mp4", end[..(end.Length * percent / 100)]), JobErrorCode.Corrupt);
        }
    }

    [Fact]
    public async Task Random_bytes_behind_a_good_beginning_are_damage()
    {
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            var noise = new byte[50_000];
            random.NextBytes(noise);
            byte[] content = [0, 0, 0, 20, .. "ftypisom"u8, 0, 0, 2, 0, .. "isom"u8, .. noise];

            await AssertRefusedAsync(await media.WriteAsync("noise.mp4", content), JobErrorCode.Corrupt);
        }
    }

    [Fact]
    public async Task Encrypted_videos_are_refused_by_the_policy()
    {
        const string Key = "00112233445566778899aabbccddeeff";
        var info = await ProbeAsync(
            "encrypted.mp4", $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} -encryption_scheme cenc-aes-ctr -encryption_key {Key} -encryption_kid {Key}");

        var refusal = Assert.Throws<JobFailedException>(() => MediaPolicy.Check(info, new MediaOptions()));

        Assert.Equal(JobErrorCode.Encrypted, refusal.Code);
    }

    [Fact]
    public async Task A_codec_that_is_not_on_the_list_is_never_decoded()
    {
        var info = await ProbeAsync("rare.mkv", $"{MediaFixture.Video} -t 0.2 -c:v magicyuv");

        Assert.Equal("magicyuv", info.Video!.Codec);
        Assert.Null(info.Video.PixelFormat);
        Assert.Equal(JobErrorCode.CodecNotAllowed, Assert.Throws<JobFailedException>(() => MediaPolicy.Check(info, new MediaOptions())).Code);
    }

    [Fact]
    public async Task The_scan_tells_every_packet()
    {
        foreach (var (name, muxing) in new[] { ("end.mp4", ""), ("plain.mkv", ""), ("plain.ts", "") })
        {
            var path = await media.MakeAsync(name, $"{MediaFixture.VideoAndSound} {MediaFixture.H264} {Sound} {muxing}");
            using var source = new FileMediaSource(path);

            var packets = await media.Probe.ScanPacketsAsync(source, 0, TestContext.Current.CancellationToken);

            Assert.Equal(50, packets.Count);
            Assert.Equal(2, packets.Flags.Count(f => f.HasFlag(PacketFlags.Key)));
            Assert.All(packets.Sizes, size => Assert.True(size > 0));
            Assert.Equal(49 * 0.04, (packets.Pts.Max() - packets.Pts.Min()) * packets.TimeBase.ToDouble(), 2);
        }
    }

    [Fact]
    public void The_library_runs_what_the_policy_allows_and_nothing_else()
    {
        var (formats, soundFormats, decoders) = NativeMedia.AllowList;

        Assert.Equal(AllowedMedia.Formats.Order(), formats.Split(',').Order());
        Assert.Equal(AllowedMedia.SoundFormats.Order(), soundFormats.Split(',').Order());
        Assert.Equal(AllowedMedia.Decoders.Order(), decoders.Split(',').Order());
    }

    private async Task<MediaInfo> ProbeAsync(string name, string arguments) => await media.ProbeAsync(await media.MakeAsync(name, arguments));

    private async Task AssertRefusedAsync(string path, JobErrorCode code)
    {
        var refusal = await Assert.ThrowsAsync<JobFailedException>(() => media.ProbeAsync(path));
        Assert.Equal(code, refusal.Code);
    }
}
