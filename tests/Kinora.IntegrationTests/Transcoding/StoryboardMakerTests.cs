using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;

namespace Kinora.IntegrationTests.Transcoding;

public sealed class StoryboardMakerTests : IDisposable
{
    private readonly EncodingBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mp4")]
    [InlineData("mkv")]
    [InlineData("flv")]
    [InlineData("ts")]
    public async Task A_tile_shows_the_last_keyframe_by_its_time_and_none_that_is_still_to_come(string container)
    {
        var source = await MakeClockAsync($"clock.{container}", "10.2", "0,1.5,2,4.1,5.9,9");

        var files = await MakeAsync(source, await FfprobeMedia.InfoAsync(source));

        Assert.Equal(["storyboard-7-0.jpg", "storyboard.vtt"], files.Select(Path.GetFileName));
        Assert.Equal((double[])[0, 2, 2, 5.9, 5.9, 9], await TimesAsync(files[0], 6));
    }

    [Fact]
    public async Task A_picture_stays_until_the_next_keyframe_and_to_the_end()
    {
        var source = await MakeClockAsync("sparse.mp4", "9", "0,5");

        Assert.Equal((double[])[0, 0, 0, 5, 5], await TimesAsync((await MakeAsync(source, await FfprobeMedia.InfoAsync(source)))[0], 5));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(13, 7)]
    public async Task The_tiles_are_as_many_as_the_length_says_whatever_the_file_holds(int seconds, int tiles)
    {
        var source = await MakeClockAsync("lying.mp4", "9", "0,5");
        var info = await FfprobeMedia.InfoAsync(source);
        var lying = info with { DurationUs = seconds * 1_000_000, Streams = [.. info.Streams.Select(s => s with { DurationUs = null })] };

        var files = await MakeAsync(source, lying);

        Assert.Equal(tiles * 160, (await FfprobeMedia.InfoAsync(files[0])).Streams[0].Width);
        Assert.Equal(((double[])[0, 0, 0, 5, 5, 5, 5])[..tiles], await TimesAsync(files[0], tiles));
    }

    [Fact]
    public async Task More_than_a_hundred_tiles_are_two_sprites_and_the_progress_is_told_on_the_way()
    {
        var source = await _bench.MakeAsync(
            "long.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x96:r=5:d=230", "-g", "5", "-pix_fmt", "yuv420p", "-preset", "ultrafast");
        var shares = new List<double>();

        var files = await MakeAsync(source, await FfprobeMedia.InfoAsync(source), shares.Add);

        Assert.Equal(["storyboard-7-0.jpg", "storyboard-7-1.jpg", "storyboard.vtt"], files.Select(Path.GetFileName));
        foreach (var sprite in files.SkipLast(1))
        {
            var picture = (await FfprobeMedia.InfoAsync(sprite)).Streams[0];
            Assert.Equal((640, 960, "mjpeg"), (picture.Width, picture.Height, picture.Codec));
        }

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public async Task A_picture_that_changes_its_size_begins_no_new_storyboard()
    {
        var small = await _bench.MakeAsync("small.ts", Plain("gray:s=160x90", "0"));
        var large = await _bench.MakeAsync("large.ts", Plain("white:s=320x240", "6"));
        var source = _bench.PathOf("both.ts");
        await File.WriteAllBytesAsync(
            source, [.. await File.ReadAllBytesAsync(small, Cancellation), .. await File.ReadAllBytesAsync(large, Cancellation)], Cancellation);
        var info = await FfprobeMedia.InfoAsync(source);
        var whole = info with { DurationUs = 12_000_000, Streams = [.. info.Streams.Select(s => s with { DurationUs = null })] };

        var files = await MakeAsync(source, whole);

        Assert.True((await _bench.ColorAtAsync(files[0], (2 * 160) + 80, 44)).Red < 200);
        Assert.True((await _bench.ColorAtAsync(files[0], (4 * 160) + 80, 44)).Red > 200);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_or_tells_no_length_has_none()
    {
        var source = await MakeClockAsync("good.mp4", "3", "0");
        var info = await FfprobeMedia.InfoAsync(source);
        var damaged = _bench.PathOf("damaged.mp4");
        await File.WriteAllBytesAsync(damaged, new byte[5000], Cancellation);

        Assert.Empty(await MakeAsync(damaged, info));
        Assert.Empty(await MakeAsync(source, info with { DurationUs = null, Streams = [.. info.Streams.Select(s => s with { DurationUs = null })] }));
        Assert.NotEmpty(await MakeAsync(source, info));
    }

    [Fact]
    public async Task A_full_disk_and_a_cancellation_are_not_taken_for_the_files_fault()
    {
        var source = await MakeClockAsync("good.mp4", "3", "0");
        var info = await FfprobeMedia.InfoAsync(source);
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _bench.Storyboards.RunAsync(source, info, 7, _bench.Folder, _ => { }, canceled.Token));

        _bench.FfmpegOptions.Path = await MakeEncoderAsync("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1");
        var failure = await Assert.ThrowsAsync<JobFailedException>(() => MakeAsync(source, info));
        Assert.Equal(JobErrorCode.DiskFull, failure.Code);

        _bench.FfmpegOptions.Path = await MakeEncoderAsync("kill -SEGV $$");
        Assert.Empty(await MakeAsync(source, info));
    }

    public void Dispose() => _bench.Dispose();

    private Task<IReadOnlyList<string>> MakeAsync(string source, MediaInfo info, Action<double>? onProgress = null) =>
        _bench.Storyboards.RunAsync(source, info, 7, _bench.Folder, onProgress ?? (_ => { }), Cancellation);

    /// <summary>10 pictures a second, each brighter than the one before by two steps of luma.</summary>
    private Task<string> MakeClockAsync(string name, string seconds, string keys) => _bench.MakeAsync(
        name, "-f", "lavfi", "-i", $"color=black:s=320x180:r=10:d={seconds},geq=lum='16+2*N':cb=128:cr=128", "-c:v", "libx264",
        "-qp", "4", "-bf", "2", "-g", "1000", "-sc_threshold", "0", "-force_key_frames", keys, "-pix_fmt", "yuv420p");

    private static string[] Plain(string color, string offset) =>
    [
        "-f", "lavfi", "-i", $"color={color}:r=10:d=6", "-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p", "-output_ts_offset", offset,
    ];

    /// <summary>What the clock's pictures say, in seconds, of tiles in one row.</summary>
    private async Task<double[]> TimesAsync(string sprite, int tiles)
    {
        var times = new List<double>();
        for (var tile = 0; tile < tiles; tile++)
        {
            var (red, _, _) = await _bench.ColorAtAsync(sprite, (tile * 160) + 80, 44);
            times.Add(Math.Round(red * 219 / 255.0 / 2) / 10);
        }

        return [.. times];
    }

    private async Task<string> MakeEncoderAsync(string script)
    {
        var path = _bench.PathOf($"encoder-{Guid.CreateVersion7()}");
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", Cancellation);
        await Tools.RunAsync("chmod", ["700", path]);
        return path;
    }
}
