using Kinora.Core.Errors;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Media;

/// <summary>
/// The one place that runs ffmpeg. A run ends by itself, by cancellation, or by the watchdog; in each case the process is gone when
/// <see cref="RunAsync"/> returns or throws. Files that it wrote are the caller's: an ended run leaves outputs that look whole.
/// </summary>
public sealed partial class Ffmpeg(IOptions<FfmpegOptions> options, Sandbox sandbox, TimeProvider time, ILogger<Ffmpeg> logger)
{
    // ffmpeg writes its trailers within 50 ms of a SIGTERM; what takes longer hangs.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);
    private const int BackgroundNiceness = 10;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);
    private readonly FfmpegOptions _options = options.Value;

    /// <summary>For those who make its commands: how many threads an encoder has is theirs to say.</summary>
    public FfmpegOptions Options => _options;

    /// <exception cref="JobFailedException">
    /// TIMEOUT, DISK_FULL, CORRUPT, FORMAT_NOT_ALLOWED, CODEC_NOT_ALLOWED, RESOLUTION_LIMIT or INTERNAL
    /// </exception>
    public async Task<FfmpegResult> RunAsync(FfmpegCommand command, IProgress<FfmpegProgress>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var arguments = command.ToArguments(_options);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            LogCommand(ShellLine(_options.Path, arguments));
        }

        var run = new Run(time, progress);
        var spec = new ChildProcessSpec(_options.Path, arguments)
        {
            EndsDescendants = true,
            Niceness = command.IsBackground ? BackgroundNiceness : 0,
            OnOutputLine = run.ReadProgress,
            OnErrorLine = run.Errors.Add,
        };
        await using var child = await sandbox.StartAsync(spec, ConfinementOf(command));
        run.ProcessId = child.Id;
        try
        {
            await WatchAsync(child, run, command.TimeLimit, cancellation);
        }
        catch (Exception e) when (e is OperationCanceledException or JobFailedException)
        {
            await child.StopAsync(StopGrace);
            LogStopped(e is JobFailedException ? "timeout" : "cancellation", run.Latest.OutTime);
            throw;
        }

        var exitCode = await child.Exited;
        var errorText = run.Errors.ToString();

        if (exitCode != 0 || !run.HasEnded || FfmpegFailure.IsCutOff(errorText))
        {
            var failure = exitCode == 0 && !FfmpegFailure.IsCutOff(errorText)
                ? FfmpegFailure.Unfinished
                : FfmpegFailure.Of(exitCode, errorText);
            LogFailed(exitCode, failure.Code, errorText, ShellLine(_options.Path, arguments));
            throw failure;
        }

        var result = new FfmpegResult(run.Latest.Frames, run.Latest.OutTime, run.Elapsed, run.CpuTime, errorText);
        LogFinished(result.Frames, result.OutTime, result.Elapsed, result.CpuTime, errorText);
        return result;
    }

    /// <summary>The command as it can be pasted into a POSIX shell.</summary>
    public static string ShellLine(string program, IEnumerable<string> arguments) =>
        string.Join(' ', arguments.Prepend(program).Select(Quote));

    /// <summary>The files, and the program itself where it is not one of the system.</summary>
    internal static Confinement Confine(FfmpegOptions options, IEnumerable<string> files) => new()
    {
        Readable = Path.IsPathRooted(options.Path) && !options.Path.StartsWith("/usr/", StringComparison.Ordinal) ? [.. files, options.Path] : [.. files],
        MemoryBytes = options.MemoryBytes,
    };

    private Confinement ConfinementOf(FfmpegCommand command) => Confine(_options, [command.SourcePath]) with
    {
        Writable = command.OutputFolder,
        FileBytes = command.OutputFolder is null ? 0 : _options.MaxOutputFileBytes,

        // The watchdog ends a run that takes too long, unless the worker itself stands still.
        CpuTime = command.TimeLimit * Environment.ProcessorCount,
    };

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=+,%@".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private async Task WatchAsync(ChildProcess child, Run run, TimeSpan timeLimit, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await child.Exited.WaitAsync(WatchInterval, time, cancellation);
                return;
            }
            catch (TimeoutException)
            {
                if (run.Elapsed > timeLimit)
                {
                    throw new JobFailedException(JobErrorCode.Timeout, "The encoder took too long.");
                }

                if (run.SinceLastChange > _options.StallTimeout)
                {
                    throw new JobFailedException(JobErrorCode.Timeout, "The encoder stopped making progress.");
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "ffmpeg starts: {command}")]
    private partial void LogCommand(string command);

    [LoggerMessage(LogLevel.Information, "ffmpeg finished: {frames} frames, {outTime}, in {elapsed} ({cpuTime} of CPU); {errorText}")]
    private partial void LogFinished(long frames, TimeSpan outTime, TimeSpan elapsed, TimeSpan? cpuTime, string errorText);

    [LoggerMessage(LogLevel.Warning, "ffmpeg ended by {cause} at {outTime}")]
    private partial void LogStopped(string cause, TimeSpan outTime);

    [LoggerMessage(LogLevel.Warning, "ffmpeg exited with {exitCode}, {code}: {errorText}; command: {command}")]
    private partial void LogFailed(int exitCode, JobErrorCode code, string errorText, string command);

    /// <summary>What is known of one running process. Lines arrive on another thread than the watchdog's.</summary>
    private sealed class Run(TimeProvider time, IProgress<FfmpegProgress>? progress)
    {
        private readonly FfmpegProgressReader _reader = new();
        private readonly Lock _gate = new();
        private readonly long _started = time.GetTimestamp();
        private long _changed = time.GetTimestamp();
        private FfmpegProgress _latest;

        /// <summary>It said so itself: ffmpeg always prints a last block.</summary>
        public bool HasEnded => _reader.HasEnded;

        public int ProcessId { get; set; }
        public TimeSpan? CpuTime { get; private set; }
        public FfmpegErrorText Errors { get; } = new();
        public TimeSpan Elapsed => time.GetElapsedTime(_started);

        public TimeSpan SinceLastChange
        {
            get
            {
                lock (_gate)
                {
                    return time.GetElapsedTime(_changed);
                }
            }
        }

        public FfmpegProgress Latest
        {
            get
            {
                lock (_gate)
                {
                    return _latest;
                }
            }
        }

        public void ReadProgress(string line)
        {
            if (_reader.Read(line) is not { } block)
            {
                return;
            }

            lock (_gate)
            {
                if (block != _latest)
                {
                    _latest = block;
                    _changed = time.GetTimestamp();
                }
            }

            var cpuTime = ProcessTimes.OfTree(ProcessId) ?? TimeSpan.Zero;

            // What has ended is not in it any more.
            CpuTime = cpuTime > (CpuTime ?? TimeSpan.Zero) ? cpuTime : CpuTime;
            progress?.Report(block);
        }
    }
}
