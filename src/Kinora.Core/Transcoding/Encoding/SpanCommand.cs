using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// One span of a plan: all renditions that are encoded, from one decode, with exactly the span's frames and the one after them, which is
/// not published (<see cref="SpanPlan.TrimEndTicks"/>).
/// </summary>
public static class SpanCommand
{
    /// <param name="plan">With spans.</param>
    public static FfmpegCommand Build(
        TranscodePlan plan, SpanPlan span, string sourcePath, string outputFolder, TimeSpan timeLimit, FfmpegOptions ffmpeg)
    {
        // What makes a video playable, and its sound, do not wait for what is watched later.
        var isBackground = span.Number > 0;
        var segments = plan.Segments!;
        var encoded = plan.Encoded.ToArray();
        var keyFrames = segments.Starts.Skip(span.FirstSegment).Take(span.SegmentCount + (span.HasNext ? 1 : 0)).ToArray();
        return new FfmpegCommand
        {
            SourcePath = sourcePath,
            OutputFolder = outputFolder,
            Container = plan.Info.Container,
            InputArguments = Input(span),
            OutputArguments =
            [
                "-filter_complex", PictureFilters.Graph(plan.Video, encoded, [.. PictureFilters.FromOrigin(segments), .. Trim(segments, span)]),
                .. encoded.SelectMany((rendition, i) => TrackArguments.Video(
                    rendition, i, segments, continues: span.Number > 0, keyFrames, ffmpeg.ThreadsOf(isBackground), HlsCommand.VideoFile(outputFolder, rendition))),
            ],
            TimeLimit = timeLimit,
            IsBackground = isBackground,
        };
    }

    // Not accurate: that drops by rounded seconds, and was off by a frame in 20 of 46 runs. The trim filter drops by whole ticks.
    private static string[] Input(SpanPlan span) => span.SeekSeconds is { } seek
        ? ["-copyts", "-noaccurate_seek", "-seek_timestamp", "1", "-ss", seek.ToString("0.######", CultureInfo.InvariantCulture)]
        : ["-copyts"];

    private static string[] Trim(SegmentPlan segments, SpanPlan span)
    {
        var start = span.TrimStartTicks ?? (segments.CutsLeadingPictures ? 0 : null);
        return (start, span.TrimEndTicks) switch
        {
            (null, null) => [],
            ({ } from, null) => [Text($"trim=start_pts={from}")],
            (null, { } to) => [Text($"trim=end_pts={to}")],
            ({ } from, { } to) => [Text($"trim=start_pts={from}:end_pts={to}")],
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
