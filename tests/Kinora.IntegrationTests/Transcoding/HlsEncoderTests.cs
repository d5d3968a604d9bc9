using System.Globalization;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.IntegrationTests.Transcoding;

public sealed class HlsEncoderTests : IDisposable
{
    private readonly EncodingBench _bench = new();

    private static readonly string[] Sine = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"];

    [Fact]
    public async Task A_constant_rate_keeps_every_frame_at_its_time_in_every_rendition()
    {
        var source = await _bench.MakeAsync("cfr.mp4", [.. Pattern("640x360", "30000/1001", 10), .. Sine, .. H264, "-c:a", "aac", "-shortest"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal(FrameTiming.Constant, plan.Segments!.Timing);
        Assert.Equal(["360p", "240p", "audio"], result.Tracks.Select(t => t.Name));
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task A_variable_rate_keeps_every_frame_at_its_time()
    {
        var source = await _bench.MakeAsync(
            "vfr.mkv", [.. Pattern("640x360", "30", 10), "-vf", "select='not(mod(n,3))+gt(random(1),0.6)'", "-fps_mode", "vfr", .. H264]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal(FrameTiming.Variable, plan.Segments!.Timing);
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task Fields_become_frames_one_to_one()
    {
        var source = await _bench.MakeAsync(
            "interlaced.ts", [.. Pattern("720x576", "50", 8), "-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-q:v", "3"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Contains("interlaced", plan.Renditions[0].Reasons);
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task A_turned_phone_video_comes_out_upright()
    {
        var plain = await _bench.MakeAsync(
            "plain.mp4", [.. Pattern("1280x720", "30", 2), "-vf", "drawbox=w=640:color=red:t=fill,drawbox=x=640:color=blue:t=fill", .. H264]);
        var source = await _bench.MakeAsync("turned.mp4", "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90");

        var info = await FfprobeMedia.InfoAsync(source);
        Assert.SkipWhen(info.Video!.Rotation == 0, "ffmpeg 6 and later cannot write a display matrix this way");
        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal((720, 1280), (result.Tracks[0].Width, result.Tracks[0].Height));

        // Which way "rotate" turns changed between versions of ffmpeg: the probe's answer is the measure.
        var (red, blue) = info.Video.Rotation == 90 ? (100, 1180) : (1180, 100);
        Assert.True((await _bench.ColorAtAsync(result.Tracks[0].Path, 360, red)).Red > 200);
        Assert.True((await _bench.ColorAtAsync(result.Tracks[0].Path, 360, blue)).Blue > 200);
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task Odd_sizes_become_even()
    {
        var source = await _bench.MakeAsync("odd.webm", [.. Pattern("321x241", "25", 3), "-c:v", "libvpx-vp9", "-cpu-used", "8", "-b:v", "300k"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal((320, 240), (result.Tracks[0].Width, result.Tracks[0].Height));
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task Late_sound_starts_late_and_ends_with_the_picture()
    {
        var source = await _bench.MakeAsync(
            "late.mp4", [.. Pattern("320x240", "25", 6), "-itsoffset", "1.5", .. Sine, .. H264, "-c:a", "aac", "-t", "5"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        var audio = result.Tracks.Single(t => t.Kind == TrackKind.Audio);
        var silence = await Tools.RunAsync(
            "ffmpeg", ["-v", "error", "-i", audio.Path, "-af", "silencedetect=noise=-50dB:d=0.5,ametadata=print:file=-", "-f", "null", "-"]);
        Assert.Equal(1.5, Value(silence, "silence_end="), 0.05);
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task Hdr_becomes_sdr_with_eight_bits()
    {
        var source = await _bench.MakeAsync("hdr.mp4", [
            .. Pattern("640x360", "30", 2), "-vf", "format=yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
            "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", "-color_primaries", "bt2020", "-color_trc", "smpte2084",
            "-colorspace", "bt2020nc"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Contains("hdr", plan.Renditions[0].Reasons);
        foreach (var track in result.Tracks)
        {
            var stream = (await FfprobeMedia.InfoAsync(track.Path)).Video!;
            Assert.Equal(("yuv420p", "tv", "bt709"), (stream.PixelFormat, stream.ColorRange, stream.ColorTransfer));
        }

        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task Surround_becomes_stereo()
    {
        var source = await _bench.MakeAsync("surround.mkv", [
            .. Pattern("320x240", "24", 3), "-f", "lavfi", "-i", "aevalsrc=exprs=sin(2000*t)|0|0|0|0|0:channel_layout=5.1:sample_rate=48000",
            .. H264, "-c:a", "ac3", "-t", "3"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        var audio = (await FfprobeMedia.InfoAsync(result.Tracks[^1].Path)).Audio!;
        Assert.Equal((2, 48000, "aac"), (audio.Channels, audio.SampleRate, audio.Codec));
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task A_transport_stream_that_starts_late_starts_at_zero()
    {
        var source = await _bench.MakeAsync("late.ts", [
            .. Pattern("640x360", "25", 9), .. Sine, .. H264, "-g", "50", "-c:a", "mp2", "-t", "9", "-output_ts_offset", "5000"]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.True(plan.Segments!.OriginPts > 4000L * 90000);
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task A_jump_of_the_clock_is_closed()
    {
        var first = await _bench.MakeAsync("a.ts", [.. Pattern("320x240", "25", 4), .. Sine, .. H264, "-c:a", "mp2", "-t", "4"]);
        var second = await _bench.MakeAsync("b.ts", [.. Pattern("320x240", "25", 4), .. Sine, .. H264, "-c:a", "mp2", "-t", "4", "-output_ts_offset", "900"]);
        var source = _bench.PathOf("jump.ts");
        await File.WriteAllBytesAsync(
            source,
            [.. await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken), .. await File.ReadAllBytesAsync(second, TestContext.Current.CancellationToken)],
            TestContext.Current.CancellationToken);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal(FrameTiming.Regenerated, plan.Segments!.Timing);
        var (times, keys) = await EncodingBench.FramesOfAsync(result.Tracks[0].Path);
        Assert.InRange(times[^1], 7, 9);
        Assert.Equal([0.0, 4.0, 8.0], keys.Append(8.0).Distinct().Select(k => Math.Round(k, 2)));
    }

    [Fact]
    public async Task A_hundred_and_twenty_frames_a_second_become_sixty()
    {
        var source = await _bench.MakeAsync("fast.mp4", [.. Pattern("320x240", "120", 5), .. H264]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal(60, plan.Segments!.FrameRate.ToDouble());
        Assert.True(plan.Segments.Frames.Admits(result.Frames), $"{result.Frames} of {plan.Segments.Frames}");
        var (times, _) = await EncodingBench.FramesOfAsync(result.Tracks[0].Path);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(1 / 60.0, pair.Second - pair.First, 0.0001));
    }

    [Fact]
    public async Task A_single_frame_is_a_video()
    {
        var source = await _bench.MakeAsync("one.mp4", [.. Pattern("320x240", "25", 1), "-frames:v", "1", .. H264]);

        var (plan, result) = await _bench.EncodeAsync(source);

        Assert.Equal(1, result.Frames);
        await AssertExactAsync(plan, result);
    }

    [Fact]
    public async Task A_file_with_a_hole_is_refused_and_a_scratch_is_not()
    {
        var source = await _bench.MakeAsync("whole.ts", [.. Pattern("640x360", "25", 12), .. H264, "-g", "25"]);
        var plan = await _bench.PlanAsync(source);
        var bytes = await File.ReadAllBytesAsync(source, TestContext.Current.CancellationToken);
        var scratched = bytes.ToArray();
        scratched.AsSpan(bytes.Length / 2, 2000).Fill(0x55);
        await File.WriteAllBytesAsync(_bench.PathOf("scratched.ts"), scratched, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_bench.PathOf("cut.ts"), bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);

        var accepted = await _bench.Encoder.RunAsync(plan, _bench.PathOf("scratched.ts"), _bench.Folder, null, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<Kinora.Core.Errors.JobFailedException>(
            () => _bench.Encoder.RunAsync(plan, _bench.PathOf("cut.ts"), _bench.Folder, null, TestContext.Current.CancellationToken));

        Assert.True(accepted.Frames >= 285);
        Assert.Equal("CORRUPT", refusal.Code.Name);
    }

    [Fact]
    public async Task Sound_whose_decoder_does_not_open_is_left_out()
    {
        var source = await _bench.MakeAsync("vorbis.mkv", [.. Pattern("320x240", "25", 2), .. Sine, .. H264, "-c:a", "libvorbis", "-shortest"]);
        var plan = await _bench.PlanAsync(source);
        var bytes = await File.ReadAllBytesAsync(source, TestContext.Current.CancellationToken);
        bytes.AsSpan(bytes.AsSpan().IndexOf("\u0001vorbis"u8) - 3, 20).Clear();
        await File.WriteAllBytesAsync(source, bytes, TestContext.Current.CancellationToken);

        var result = await _bench.Encoder.RunAsync(plan, source, _bench.Folder, null, TestContext.Current.CancellationToken);

        Assert.Contains("audio_undecodable", result.Warnings);
        Assert.DoesNotContain(result.Tracks, track => track.Kind == TrackKind.Audio);
    }

    [Fact]
    public async Task Progress_grows_to_the_whole()
    {
        var source = await _bench.MakeAsync("progress.mp4", [.. Pattern("1280x720", "30", 8), .. H264]);
        var plan = await _bench.PlanAsync(source);
        var seen = new Recorder();

        await _bench.Encoder.RunAsync(plan, source, _bench.Folder, seen, TestContext.Current.CancellationToken);

        Assert.Equal(seen.Values.Order(), seen.Values);
        Assert.Equal(1, seen.Values[^1]);
    }

    public void Dispose() => _bench.Dispose();

    private static string[] H264 => ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-pix_fmt", "yuv420p"];

    private static string[] Pattern(string size, string rate, int seconds) =>
        ["-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"testsrc2=size={size}:rate={rate}:duration={seconds}")];

    private static double Value(string text, string key)
    {
        var at = text.IndexOf(key, StringComparison.Ordinal) + key.Length;
        return double.Parse(text[at..text.IndexOf('\n', at)], CultureInfo.InvariantCulture);
    }

    /// <summary>Frames, their times and the keyframes are the plan's in every video track; the audio ends with the video.</summary>
    private static async Task AssertExactAsync(TranscodePlan plan, EncodeResult result)
    {
        var segments = plan.Segments!;
        var expected = segments.FrameTicks!.Select(t => (double)t / segments.TimeScale).ToArray();
        foreach (var track in result.Tracks.Where(t => t.Kind == TrackKind.Video))
        {
            var (times, keys) = await EncodingBench.FramesOfAsync(track.Path);
            Assert.Equal(expected.Length, times.Length);
            Assert.All(times.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1.5 / segments.TimeScale));
            Assert.Equal(segments.Starts.Count, keys.Length);
            Assert.All(keys.Zip(segments.Starts), pair => Assert.Equal((double)pair.Second / segments.TimeScale, pair.First, 0.00002));
        }

        if (result.Tracks.FirstOrDefault(t => t.Kind == TrackKind.Audio) is { } audio)
        {
            var info = await FfprobeMedia.InfoAsync(audio.Path);
            Assert.Equal((double)segments.EndTicks!.Value / segments.TimeScale, info.Audio!.DurationUs!.Value / 1e6, 0.05);
        }
    }

    private sealed class Recorder : IProgress<EncodeProgress>
    {
        public List<double> Values { get; } = [];

        public void Report(EncodeProgress value) => Values.Add(value.Fraction);
    }
}
