using System.Globalization;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>Text tracks of a source as WebVTT, in one process that decodes nothing else: as fast as the file can be read.</summary>
public static class TextCommand
{
    private static readonly string[] Decoders = [.. AllowedMedia.TextDecoders.Values.SelectMany(d => d)];

    public static string TextFile(string outputFolder, TextTrackPlan track) => Path.Combine(outputFolder, track.Name + ".source.vtt");

    /// <param name="plan">With segments.</param>
    /// <param name="tracks">Of the plan's; at least one.</param>
    public static FfmpegCommand Build(
        TranscodePlan plan, IReadOnlyList<TextTrackPlan> tracks, string sourcePath, string outputFolder, TimeSpan timeLimit) => new()
        {
            SourcePath = sourcePath,
            OutputFolder = outputFolder,
            Container = plan.Info.Container,
            Decoders = Decoders,

            // The video's own times, as HlsCommand has them.
            InputArguments = HasSourceTimes(plan) ? ["-copyts"] : [],
            OutputArguments =
            [
                .. tracks.SelectMany(track => (string[])
                [
                    "-map", Text($"0:{track.StreamIndex}"), "-c:s", "webvtt",

                    // Else a track that begins before 0 would be moved there, and each of its cues with it.
                    "-avoid_negative_ts", "disabled",
                    "-map_metadata", "-1", "-map_chapters", "-1", "-flags:s", "+bitexact",
                    "-fs", Text($"{Packaging.WebVtt.TextFile.MaxBytes}"),
                    "-f", "webvtt", "file:" + TextFile(outputFolder, track),
                ]),

                // Hours may go by without a word: the pictures show the watchdog that the run goes on.
                "-map", Text($"0:{plan.Video.Index}"), "-c:v", "copy", "-f", "null", "-",
            ],
            TimeLimit = timeLimit,
        };

    /// <summary>What is to be added to the times that come out, in milliseconds.</summary>
    public static long ShiftMs(TranscodePlan plan) => HasSourceTimes(plan) && plan.Segments is { } segments
        ? -(long)Math.Round((decimal)segments.OriginPts * segments.SourceTimeBase.Num * 1000 / segments.SourceTimeBase.Den, MidpointRounding.AwayFromZero)
        : 0;

    private static bool HasSourceTimes(TranscodePlan plan) => plan.Segments?.Timing != FrameTiming.Regenerated;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
