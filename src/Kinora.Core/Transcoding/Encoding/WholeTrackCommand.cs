using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// One whole track of a source by itself, in one process whose output is published as it grows: an audio track, whose encoder must not
/// start anew within it; or the video's own packets, which are copied in a moment.
/// </summary>
public static class WholeTrackCommand
{
    /// <summary>Packets as soon as they are complete: what is published grows with the file.</summary>
    private static readonly string[] WhatGrows = ["-flush_packets", "1"];

    public static FfmpegCommand Audio(TranscodePlan plan, AudioPlan audio, string sourcePath, string outputPath, TimeSpan timeLimit) =>
        Of(plan, sourcePath, outputPath, timeLimit, [.. WhatGrows, .. TrackArguments.Audio(audio, plan.Segments!, outputPath)]);

    /// <summary>Where <see cref="DecodesCopy"/>, the frames of its progress are those that were decoded.</summary>
    public static FfmpegCommand Copy(TranscodePlan plan, string sourcePath, string outputPath, TimeSpan timeLimit)
    {
        // An output of its own, and the first one: ffmpeg tells the frames of that.
        string[] decoded = DecodesCopy(plan) ? ["-map", $"0:{plan.Video.Index}", "-fps_mode", "passthrough", "-f", "null", "-"] : [];
        return Of(plan, sourcePath, outputPath, timeLimit, [.. decoded, .. WhatGrows, .. TrackArguments.Copy(plan.Video.Index, plan.Segments!, outputPath)]);
    }

    /// <summary>Whether the copy is decoded too, to see that this can be done: where pictures are encoded, that shows it.</summary>
    public static bool DecodesCopy(TranscodePlan plan) => !plan.Encoded.Any();

    private static FfmpegCommand Of(
        TranscodePlan plan, string sourcePath, string outputPath, TimeSpan timeLimit, IReadOnlyList<string> output) => new()
        {
            SourcePath = sourcePath,
            OutputFolder = Path.GetDirectoryName(outputPath),
            Container = plan.Info.Container,
            InputArguments = ["-copyts"],
            OutputArguments = output,
            TimeLimit = timeLimit,
        };
}
