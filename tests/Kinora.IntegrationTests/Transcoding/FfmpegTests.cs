using System.Diagnostics;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.IntegrationTests.Media.Sandboxing;

namespace Kinora.IntegrationTests.Transcoding;

/// <summary>Alone: of the memory of this process, and of time.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class LoneFfmpeg;

[Collection(typeof(LoneFfmpeg))]
public sealed class FfmpegTests : IDisposable
{
    private readonly EncodingBench _bench = new();

    [Fact]
    public async Task Cancellation_ends_the_process_within_two_seconds()
    {
        var source = await _bench.MakeAsync(
            "long.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=60", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        var plan = await _bench.PlanAsync(source);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = new Signal();

        var run = _bench.Encoder.RunAsync(plan, source, _bench.Folder, begun, cancel.Token);
        await begun.Seen.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.NotEmpty(RunningOn(source));
        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
        Assert.Empty(RunningOn(source));
    }

    [Fact]
    public async Task A_process_that_hangs_and_ignores_the_polite_signal_is_killed()
    {
        await UseFakeAsync("trap '' TERM\necho frame=1; echo progress=continue\nwhile :; do sleep 1; done");
        _bench.FfmpegOptions.StallTimeout = TimeSpan.FromSeconds(1);

        var failure = await Assert.ThrowsAsync<JobFailedException>(RunFakeAsync);

        Assert.Equal(JobErrorCode.Timeout, failure.Code);
        Assert.Empty(RunningOn(_bench.Folder));
    }

    [Fact]
    public async Task A_process_that_reports_but_gets_nowhere_is_ended()
    {
        await UseFakeAsync("while :; do echo frame=7; echo out_time_us=100; echo progress=continue; sleep 0.1; done");
        _bench.FfmpegOptions.StallTimeout = TimeSpan.FromSeconds(1);

        Assert.Equal(JobErrorCode.Timeout, (await Assert.ThrowsAsync<JobFailedException>(RunFakeAsync)).Code);
    }

    [Fact]
    public async Task A_process_that_prints_without_end_costs_no_memory()
    {
        await UseFakeAsync("yes 'Invalid data found when processing input' | head -c 200000000 >&2\nhead -c 200000000 /dev/zero >&2\nexit 1");
        var before = GC.GetTotalMemory(true);

        Assert.Equal(JobErrorCode.Corrupt, (await Assert.ThrowsAsync<JobFailedException>(RunFakeAsync)).Code);

        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 20_000_000);
    }

    [Theory]
    [InlineData("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1", "DISK_FULL")]
    [InlineData("echo 'moov atom not found' >&2; exit 1", "CORRUPT")]
    [InlineData("echo 'something that nobody knows' >&2; exit 1", "INTERNAL")]
    [InlineData("kill -SEGV $$", "INTERNAL")]
    [InlineData("exit 0", "INTERNAL")] // without a word of progress
    public async Task Ends_are_told_apart(string script, string code)
    {
        await UseFakeAsync(script);

        Assert.Equal(code, (await Assert.ThrowsAsync<JobFailedException>(RunFakeAsync)).Code.Name);
    }

    [Fact]
    public async Task Damaged_bytes_are_corrupt()
    {
        var path = _bench.PathOf("noise.mp4");
        await File.WriteAllBytesAsync(path, new byte[100_000], TestContext.Current.CancellationToken);

        Assert.Equal(JobErrorCode.Corrupt, (await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(path, "mov,mp4,m4a,3gp,3g2,mj2"))).Code);
    }

    [Fact]
    public async Task A_playlist_in_disguise_reads_no_other_file()
    {
        var other = await _bench.MakeAsync("other.ts", "-f", "lavfi", "-i", "testsrc2=s=320x240:d=1", "-pix_fmt", "yuv420p");
        var path = _bench.PathOf("playlist.mp4");
        await File.WriteAllTextAsync(
            path, $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(path, "mov,mp4,m4a,3gp,3g2,mj2"));
        await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(path, "mpegts"));
        Assert.Equal(JobErrorCode.FormatNotAllowed, (await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(path, "hls"))).Code);
    }

    [Fact]
    public async Task A_file_of_which_more_would_be_made_than_a_run_may_write_is_too_complex()
    {
        var source = await _bench.MakeAsync("large.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:d=4", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        var plan = await _bench.PlanAsync(source);
        _bench.FfmpegOptions.MaxOutputFileBytes = 100_000;

        var failure = await Assert.ThrowsAsync<JobFailedException>(() => _bench.Encoder.RunAsync(
            plan, source, Directory.CreateDirectory(_bench.PathOf("out")).FullName, null, TestContext.Current.CancellationToken));

        Assert.Equal(JobErrorCode.TooComplex, failure.Code);
    }

    [Fact]
    public async Task A_missing_program_is_our_fault_not_the_files()
    {
        _bench.FfmpegOptions.Path = "/nowhere/ffmpeg";

        Assert.Equal(JobErrorCode.Internal, (await Assert.ThrowsAsync<JobFailedException>(RunFakeAsync)).Code);
    }

    public void Dispose() => _bench.Dispose();

    private async Task UseFakeAsync(string script)
    {
        var path = _bench.PathOf("fake-ffmpeg");
        await File.WriteAllTextAsync(path, "#!/bin/bash\n" + script + "\n", TestContext.Current.CancellationToken);
        await Tools.RunAsync("chmod", ["700", path]);
        _bench.FfmpegOptions.Path = path;
        _bench.Sandbox = Sandboxes.Off;
    }

    private Task<FfmpegResult> RunFakeAsync() => RunAsync(_bench.PathOf("source.mp4"), "mov,mp4,m4a,3gp,3g2,mj2");

    private Task<FfmpegResult> RunAsync(string source, string container) => _bench.Ffmpeg.RunAsync(
        new FfmpegCommand { SourcePath = source, Container = container, OutputArguments = ["-f", "null", "-"], TimeLimit = TimeSpan.FromSeconds(20) },
        null,
        TestContext.Current.CancellationToken);

    /// <summary>Command lines of live processes that name the path.</summary>
    private static string[] RunningOn(string path) =>
    [
        .. Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(CommandLine).Where(c => c.Contains(path)),
    ];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private sealed class Signal : IProgress<Kinora.Core.Transcoding.Encoding.EncodeProgress>
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public void Report(Kinora.Core.Transcoding.Encoding.EncodeProgress value)
        {
            if (value.Fraction > 0)
            {
                _seen.TrySetResult();
            }
        }
    }
}
