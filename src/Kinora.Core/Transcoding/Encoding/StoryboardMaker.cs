using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// The pictures of a seek bar: small tiles at even times, in sprites, and the text that tells which is where. From keyframes only, which
/// costs a twelfth of decoding all: a tile shows the last keyframe before its time, never one that is still to come.
/// </summary>
public sealed partial class StoryboardMaker(Ffmpeg ffmpeg, IOptions<TranscodingOptions> options, ILogger<StoryboardMaker> logger)
{
    private readonly TranscodingOptions _options = options.Value;

    /// <param name="edition">Becomes a part of the sprites' names.</param>
    /// <param name="folder">Absolute, exists, and is ffmpeg's to write to.</param>
    /// <param name="onProgress">Called with the share of tiles that are made, 0 to 1.</param>
    /// <returns>
    /// Paths of the sprites and then of the text; none where it cannot be made: a video does without, and its job has a thumbnail to publish.
    /// </returns>
    /// <exception cref="JobFailedException">Outages only: they say nothing of the file.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(
        string sourcePath, MediaInfo info, long edition, string folder, Action<double> onProgress, CancellationToken cancellation)
    {
        var video = TranscodePlanner.CheckedVideo(info);
        if (StoryboardPlan.Of(video, info) is not { } plan)
        {
            return [];
        }

        try
        {
            return await MakeAsync(Command(sourcePath, info, video, plan, edition, folder), plan, edition, folder, onProgress, cancellation);
        }
        catch (JobFailedException e) when (!e.Code.IsOutage)
        {
            LogNone(e.Code, e.Message);
            return [];
        }
    }

    private async Task<IReadOnlyList<string>> MakeAsync(
        FfmpegCommand command, StoryboardPlan plan, long edition, string folder, Action<double> onProgress, CancellationToken cancellation)
    {
        var result = await ffmpeg.RunAsync(command, new Forward(plan, onProgress), cancellation);
        if (result.Frames != plan.TileCount)
        {
            throw new JobFailedException(JobErrorCode.Corrupt, $"Only {result.Frames} of {plan.TileCount} tiles could be made.");
        }

        string[] sprites = [.. Enumerable.Range(0, plan.SpriteCount).Select(n => Path.Combine(folder, StoryboardNames.Sprite(edition, n)))];
        foreach (var sprite in sprites)
        {
            if (!File.Exists(sprite))
            {
                throw new JobFailedException(JobErrorCode.Internal, "The encoder's output is missing.");
            }

            await JpegFile.CheckWholeAsync(sprite, cancellation);
        }

        var text = Path.Combine(folder, StoryboardNames.Text);
        await File.WriteAllTextAsync(text, StoryboardText.Write(plan, edition), cancellation);
        return [.. sprites, text];
    }

    private FfmpegCommand Command(
        string sourcePath, MediaInfo info, MediaStream video, StoryboardPlan plan, long edition, string folder) => new()
        {
            SourcePath = sourcePath,
            OutputFolder = folder,
            Container = info.Container,
            InputArguments =
            [
                .. KeyframeInput.Only,

                // A picture of another size does not begin the filters, and with them the count of tiles, anew: scale takes it as it comes.
                "-reinit_filter", "0",
            ],
            OutputArguments =
            [
                "-filter_complex", Graph(video, plan),

                // A hundred tiles make one picture. Without the tiles themselves as an output there is no progress for all that time, and the
                // watchdog takes the run for one that hangs.
                "-map", "[tiles]", "-fps_mode", "passthrough", "-f", "null", "-",
                "-map", "[sprites]", "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "4",
                "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
                "-start_number", "0", "-f", "image2", "file:" + SpritePattern(folder, edition),
            ],
            TimeLimit = _options.StoryboardTimeLimit,

            // The first span is encoded in the same seconds.
            IsBackground = true,
        };

    private static string Graph(MediaStream video, StoryboardPlan plan)
    {
        // No deinterlacing: at this size the scaler makes one line out of several of both fields.
        var filters = string.Join(',', (string[])
        [
            .. Timing(plan),
            .. PictureFilters.ToSdr(video, plan.TileWidth, plan.TileHeight),
            PictureFilters.Scale(plan.TileWidth, plan.TileHeight, "tv"),
            "format=yuv420p",
            .. PictureFilters.ToJpeg,
        ]);
        return Text($"[0:{video.Index}]{filters},split[tiles][all];[all]tile={plan.Columns}x{plan.Rows}[sprites]");
    }

    /// <summary>Exactly the plan's number of frames, each the last one that was shown by its time.</summary>
    private static IEnumerable<string> Timing(StoryboardPlan plan)
    {
        var interval = plan.Interval.TotalSeconds;
        return
        [
            // From the first keyframe on, as the HLS is. Later by all but a microsecond of an interval: rounded down, that is the first tile at or
            // after the frame. round=up says the same of frames, but loses the last one, whose tile begins after the end (ffmpeg 5.1).
            "settb=AVTB",
            Text($"setpts=PTS-STARTPTS+{interval}/TB-1"),
            Text($"fps=fps=1/{interval}:round=down:start_time=0:eof_action=pass"),

            // After the last keyframe it is shown to the end, which may be far.
            Text($"tpad=stop={plan.TileCount}:stop_mode=clone"),
            Text($"trim=end_frame={plan.TileCount}"),
        ];
    }

    // The folder's name is no pattern.
    private static string SpritePattern(string folder, long edition) =>
        Path.Combine(folder.Replace("%", "%%", StringComparison.Ordinal), Text($"{StoryboardNames.Sprites}{edition}-%d.jpg"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "There is no storyboard: {code}, {message}")]
    private partial void LogNone(JobErrorCode code, string message);

    private sealed class Forward(StoryboardPlan plan, Action<double> onProgress) : IProgress<FfmpegProgress>
    {
        public void Report(FfmpegProgress value) => onProgress(Math.Min(1, (double)value.Frames / plan.TileCount));
    }
}
