using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// The whole of a source in one process, which decodes once and writes a fragmented MP4 for each rendition, one fragment a segment, and
/// one for each track of sound, a fragment a second: the way of sources that cannot be cut into spans.
/// </summary>
public static class HlsCommand
{
    public static string VideoFile(string outputFolder, Rendition rendition) => Path.Combine(outputFolder, rendition.Name + ".mp4");

    public static string AudioFile(string outputFolder, AudioPlan audio) => Path.Combine(outputFolder, audio.Name + ".mp4");

    /// <param name="plan">With segments.</param>
    /// <param name="threads">Of each encoder; 0: as many as there are cores.</param>
    /// <exception cref="JobFailedException">DURATION_LIMIT: more segments than a command line holds (some 9 hours).</exception>
    public static FfmpegCommand Build(TranscodePlan plan, string sourcePath, string outputFolder, TimeSpan timeLimit, int threads)
    {
        var segments = plan.Segments ?? throw new ArgumentException("The source's packets were not scanned.", nameof(plan));
        return new FfmpegCommand
        {
            SourcePath = sourcePath,
            OutputFolder = outputFolder,
            Container = plan.Info.Container,
            InputArguments = Input(segments),
            OutputArguments =
            [
                .. plan.Renditions.Count == 0 ? [] : Pictures(plan, segments, outputFolder, threads),
                .. plan.Audio.SelectMany(audio => TrackArguments.Audio(audio, segments, AudioFile(outputFolder, audio))),
            ],
            TimeLimit = timeLimit,
        };
    }

    private static IEnumerable<string> Pictures(TranscodePlan plan, SegmentPlan segments, string outputFolder, int threads) =>
    [
        "-filter_complex", PictureFilters.Graph(plan.Video, plan.Renditions, Timing(segments)),
        .. plan.Renditions.SelectMany((rendition, i) => TrackArguments.Video(
            rendition, i, segments, continues: false, segments.Starts, threads, VideoFile(outputFolder, rendition))),
    ];

    // -copyts keeps the source's times, from which the filters subtract the origin exactly. Where they cannot be trusted ffmpeg's own
    // repair is wanted instead: missing pts made from dts, jumps of transport streams closed, start at 0.
    private static string[] Input(SegmentPlan segments) =>
        segments.Timing == FrameTiming.Regenerated ? ["-fflags", "+genpts"] : ["-copyts"];

    private static IEnumerable<string> Timing(SegmentPlan segments)
    {
        if (segments.Timing == FrameTiming.Regenerated)
        {
            // From 0 on: a late first frame is shown early rather than leaving a hole before it.
            return [Text($"fps=fps={segments.FrameRate}:start_time=0"), Text($"settb=1/{segments.TimeScale}")];
        }

        return
        [
            .. PictureFilters.FromOrigin(segments),
            .. segments.CutsLeadingPictures ? (string[])["trim=start_pts=0"] : [],
            .. segments.ForcesFrameRate ? (string[])[Text($"fps=fps={segments.FrameRate}:start_time=0")] : [],
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
