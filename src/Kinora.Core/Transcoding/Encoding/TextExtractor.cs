using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>Takes a source's text tracks out of it. A track that cannot be read is left out: the video is worth more than its words.</summary>
public sealed partial class TextExtractor(Ffmpeg ffmpeg, IOptions<TranscodingOptions> options, TimeProvider time, ILogger<TextExtractor> logger)
{
    /// <summary>ffmpeg leaves out each cue in an unknown charset and goes on: what has holes is worth less than nothing.</summary>
    private const string UnknownCharset = "Invalid UTF-8 in decoded subtitles text";

    /// <summary>Of all runs for one track each, which read the whole file again: hostile files have many tracks.</summary>
    private static readonly TimeSpan SingleRunsLimit = TimeSpan.FromMinutes(10);

    /// <param name="plan">With segments.</param>
    /// <param name="sourcePath">Absolute.</param>
    /// <param name="outputFolder">Absolute, exists; gets the files.</param>
    /// <param name="isLastAttempt">What has nothing to do with the file leaves text out, too: it shall not fail the job.</param>
    /// <returns>In the plan's order.</returns>
    /// <exception cref="JobFailedException">DISK_FULL, INTERNAL; not at the last attempt.</exception>
    public async Task<IReadOnlyList<TextFile>> RunAsync(
        TranscodePlan plan, string sourcePath, string outputFolder, bool isLastAttempt, CancellationToken cancellation)
    {
        if (plan.Text.Count == 0)
        {
            return [];
        }

        // One that cannot be opened or read spoils the run of all: then each has one of its own.
        var all = await TryAsync(plan.Text, options.Value.EncodeTimeLimit);
        if (all is not null && all != JobErrorCode.Timeout && plan.Text.Count > 1)
        {
            var started = time.GetTimestamp();
            foreach (var track in plan.Text)
            {
                var left = SingleRunsLimit - time.GetElapsedTime(started);
                if (left > TimeSpan.Zero)
                {
                    await TryAsync([track], left);
                }
            }
        }

        return [.. plan.Text.Select(track => Make(plan, track, outputFolder)).OfType<TextFile>()];

        async Task<JobErrorCode?> TryAsync(IReadOnlyList<TextTrackPlan> tracks, TimeSpan limit)
        {
            try
            {
                var result = await ffmpeg.RunAsync(TextCommand.Build(plan, tracks, sourcePath, outputFolder, limit), null, cancellation);
                if (result.ErrorText.Contains(UnknownCharset, StringComparison.Ordinal))
                {
                    throw new JobFailedException(JobErrorCode.Corrupt, "It is not in UTF-8.");
                }

                return null;
            }
            catch (JobFailedException e) when (isLastAttempt || (e.Code != JobErrorCode.DiskFull && e.Code != JobErrorCode.Internal))
            {
                LogUnreadable(string.Join(' ', tracks.Select(track => track.Name)), e.Message);

                // What such a run leaves looks whole.
                foreach (var track in tracks)
                {
                    File.Delete(TextCommand.TextFile(outputFolder, track));
                }

                return e.Code;
            }
        }
    }

    private TextFile? Make(TranscodePlan plan, TextTrackPlan track, string outputFolder)
    {
        var (path, endMs) = (TextCommand.TextFile(outputFolder, track), (long?)plan.Segments?.VideoDuration?.TotalMilliseconds);
        var isAss = plan.Info.Streams.Any(s => s.Index == track.StreamIndex && s.Codec == "ass");
        try
        {
            return TextFile.Make(track, path, outputFolder, TextCommand.ShiftMs(plan), endMs, hasHardSpaces: isAss);
        }
        catch (FormatException e)
        {
            LogUnreadable(track.Name, e.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Text could not be read ({tracks}): {reason}")]
    private partial void LogUnreadable(string tracks, string reason);
}
