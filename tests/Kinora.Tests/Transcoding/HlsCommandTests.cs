using System.Runtime.CompilerServices;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Transcoding;

/// <summary>The whole argument list of each kind of source. Run with KINORA_UPDATE_GOLDEN=1 to write the files, and read their diff.</summary>
public sealed class HlsCommandTests
{
    private static readonly Rational Mp4Ticks = new(1, 15360);
    private static readonly Rational TsTicks = new(1, 90000);

    [Fact]
    public void A_plain_1080p_of_30_frames() =>
        AssertGolden("plain-1080p30", Sources.Info(Sources.Video(), Sources.Audio()), Sources.Packets(Mp4Ticks, Sources.Regular(300, 512)));

    [Fact]
    public void A_source_that_is_copied() =>
        AssertGolden("copied", Sources.Info(Sources.Copyable(), Sources.Audio()), Sources.Packets(Mp4Ticks, Sources.Regular(300, 512, 1024)));

    [Fact]
    public void A_turned_phone_video() =>
        AssertGolden(
            "portrait-rotated",
            Sources.Info(Sources.Video() with { Rotation = 90, ColorRange = "pc", PixelFormat = "yuvj420p" }, Sources.Audio()),
            Sources.Packets(Mp4Ticks, Sources.Regular(300, 512, 1024)));

    [Fact]
    public void A_variable_rate() =>
        AssertGolden(
            "variable-rate",
            Sources.Info(Sources.Video(640, 480), Sources.Audio()),
            Sources.Packets(new Rational(1, 1000), Enumerable.Range(0, 200).Select(i => (i * 50L) + (i * 17 % 23))));

    [Fact]
    public void An_interlaced_broadcast() =>
        AssertGolden(
            "interlaced",
            Sources.Info(
                Sources.Video(720, 576, 25) with
                {
                    Codec = "mpeg2video",
                    FieldOrder = "tt",
                    TimeBase = TsTicks,
                    SampleAspectRatio = new Rational(64, 45),
                    ColorSpace = "bt470bg",
                },
                Sources.Audio() with { Codec = "mp2" },
                "mpegts"),
            Sources.Packets(TsTicks, Sources.Regular(250, 3600, 8_000_000_000), 12));

    [Fact]
    public void An_hdr_phone_video() =>
        AssertGolden(
            "hdr",
            Sources.Info(
                Sources.Video(3840, 2160) with
                {
                    Codec = "hevc",
                    PixelFormat = "yuv420p10le",
                    BitDepth = 10,
                    ColorSpace = "bt2020nc",
                    ColorPrimaries = "bt2020",
                    ColorTransfer = "arib-std-b67",
                },
                Sources.Audio()),
            Sources.Packets(Mp4Ticks, Sources.Regular(90, 512)));

    [Fact]
    public void A_silent_video() =>
        AssertGolden("no-audio", Sources.Info(Sources.Video(640, 360)), Sources.Packets(Mp4Ticks, Sources.Regular(90, 512)));

    [Fact]
    public void Surround_sound() =>
        AssertGolden("surround", Sources.Info(Sources.Video(640, 360), Sources.Audio(6)), Sources.Packets(Mp4Ticks, Sources.Regular(90, 512)));

    [Fact]
    public void More_channels_than_a_layout_has() =>
        AssertGolden("twelve-channels", Sources.Info(Sources.Video(320, 240), Sources.Audio(12)), Sources.Packets(Mp4Ticks, Sources.Regular(90, 512)));

    [Fact]
    public void An_odd_size() =>
        AssertGolden(
            "odd-size",
            Sources.Info(Sources.Video(161, 121) with { Codec = "vp9", ColorSpace = null }, container: "matroska,webm"),
            Sources.Packets(new Rational(1, 1000), Enumerable.Range(0, 90).Select(i => (long)Math.Round(i * 1000 / 30.0))));

    [Fact]
    public void Missing_timestamps() =>
        AssertGolden(
            "missing-pts",
            Sources.Info(Sources.Video(640, 480, 25), Sources.Audio(), "avi"),
            Sources.Packets(new Rational(1, 25), Sources.Regular(250, 1).Select(pts => pts % 3 == 1 ? PacketIndex.NoTimestamp : pts)));

    [Fact]
    public void More_frames_than_are_wanted() =>
        AssertGolden("120-frames", Sources.Info(Sources.Video(640, 360, 120)), Sources.Packets(Mp4Ticks, Sources.Regular(600, 128)));

    [Fact]
    public void Two_languages() =>
        AssertGolden(
            "two-languages",
            Sources.Info(Sources.Video(640, 360), Sources.Audio()) with
            {
                Streams = [Sources.Video(640, 360), Sources.Audio() with { Language = "eng" }, Sources.Audio() with { Index = 2, IsDefault = false, Language = "ger" }],
            },
            Sources.Packets(Mp4Ticks, Sources.Regular(90, 512)));

    [Fact]
    public void Text() =>
        AssertGolden(
            "text",
            Sources.Info(Sources.Video(640, 360), Sources.Text(1, "eng"), "matroska,webm") with
            {
                Streams = [Sources.Video(640, 360), Sources.Text(1, "eng"), Sources.Text(2, "kor") with { Codec = "ass" }],
            },
            Sources.Packets(Mp4Ticks, Sources.Regular(90, 512)));

    [Fact]
    public void Sound_with_a_cover() =>
        AssertGolden(
            "sound-with-cover",
            Sources.Info(Sources.Audio() with { Index = 0 }, Sources.Video() with { Index = 1, Codec = "png", IsAttachedPicture = true }, "mp3"),
            Sources.Packets(new Rational(1, 48000), Sources.Regular(400, 1152), 1));

    [Fact]
    public void A_video_too_long_for_a_command_line_is_refused()
    {
        var packets = Sources.Packets(new Rational(1, 1000), Enumerable.Range(0, 24 * 3600).Select(i => (i * 1000L) + (i * 37 % 91)), 1000);
        var plan = Planner.Plan(Sources.Info(Sources.Video(320, 240, 1)), packets, null);

        var refusal = Assert.Throws<JobFailedException>(() => HlsCommand.Build(plan, "/in", "/out", TimeSpan.FromHours(1), 0));

        Assert.Equal(JobErrorCode.DurationLimit, refusal.Code);
    }

    /// <summary>A worker's on a machine with two cores.</summary>
    private static FfmpegOptions Ffmpeg => new() { BackgroundThreads = 1 };

    /// <summary>The whole in one process; or the first two spans, the sound and the copy.</summary>
    private static IEnumerable<FfmpegCommand> Commands(TranscodePlan plan)
    {
        var (source, folder, limit) = ("/attempt/source", "/attempt/out", TimeSpan.FromHours(1));
        if (plan.Spans is not { } spans)
        {
            return [HlsCommand.Build(plan, source, folder, limit, 0)];
        }

        return
        [
            .. spans.Take(2).Select(span => SpanCommand.Build(plan, span, source, folder, limit, Ffmpeg)),
            .. plan.Text.Count == 0 ? (FfmpegCommand[])[] : [TextCommand.Build(plan, plan.Text, source, folder, limit)],
            .. plan.Audio.Select(audio => WholeTrackCommand.Audio(plan, audio, source, $"{folder}/{audio.Name}.mp4", limit)),
            .. plan.Copied is null ? (FfmpegCommand[])[] : [WholeTrackCommand.Copy(plan, source, $"{folder}/copy.mp4", limit)],
        ];
    }

    private static TranscodePlanner Planner => new(Options.Create(new TranscodingOptions()));

    private static void AssertGolden(string name, MediaInfo info, PacketIndex packets, [CallerFilePath] string here = "")
    {
        var actual = string.Join("\n", Commands(Planner.Plan(info, packets, null))
            .Select(command => string.Concat(command.ToArguments(Ffmpeg).Select(argument => argument + "\n"))));
        var path = Path.Combine(Path.GetDirectoryName(here)!, "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("KINORA_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
