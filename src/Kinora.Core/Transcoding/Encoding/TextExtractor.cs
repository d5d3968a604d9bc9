using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>Takes a source's text tracks out of it. A track that cannot be read is left out: the video is worth more than its words.</summary>
public sealed partial class TextExtractor(Ffmpeg ffmpeg, IOptions<TranscodingOptions> options, ILogger<TextExtractor> logger)
{
    /// <param name="plan">With segments.</param>
    /// <param name="sourcePath">Absolute.</param>
    /// <param name="outputFolder">Absolute, exists; gets the files.</param>
    /// <returns>In the plan's order.</returns>
    /// <exception cref="JobFailedException">DISK_FULL</exception>
    public async Task<IReadOnlyList<TextFile>> RunAsync(
        TranscodePlan plan, string sourcePath, string outputFolder, CancellationToken cancellation)
    {
        if (plan.Text.Count == 0)
        {
            return [];
        }

        // One that cannot be opened ends the run of all: then each has one of its own.
        if (!await TryAsync(plan.Text) && plan.Text.Count > 1)
        {
            foreach (var track in plan.Text)
            {
                await TryAsync([track]);
            }
        }

        return [.. plan.Text.Select(track => Make(plan, track, outputFolder)).OfType<TextFile>()];

        async Task<bool> TryAsync(IReadOnlyList<TextTrackPlan> tracks)
        {
            try
            {
                await ffmpeg.RunAsync(TextCommand.Build(plan, tracks, sourcePath, outputFolder, options.Value.EncodeTimeLimit), null, cancellation);
                return true;
            }
            catch (JobFailedException e) when (e.Code != JobErrorCode.DiskFull)
            {
                LogUnreadable(string.Join(' ', tracks.Select(track => track.Name)), e.Code, e.Message);

                // What an ended run leaves looks whole.
                foreach (var track in tracks)
                {
                    File.Delete(TextCommand.TextFile(outputFolder, track));
                }

                return false;
            }
        }
    }

    private TextFile? Make(TranscodePlan plan, TextTrackPlan track, string outputFolder)
    {
        var (path, endMs) = (TextCommand.TextFile(outputFolder, track), (long?)plan.Segments?.VideoDuration?.TotalMilliseconds);
        try
        {
            return TextFile.Make(track, path, outputFolder, TextCommand.ShiftMs(plan), endMs);
        }
        catch (FormatException e)
        {
            LogUnreadable(track.Name, JobErrorCode.Internal, e.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The text {tracks} is left out, {code}: {reason}")]
    private partial void LogUnreadable(string tracks, JobErrorCode code, string reason);
}
