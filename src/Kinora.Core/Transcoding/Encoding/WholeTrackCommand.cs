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
    public static FfmpegCommand Audio(TranscodePlan plan, AudioPlan audio, string sourcePath, string outputPath, TimeSpan timeLimit) =>
        Of(plan, sourcePath, timeLimit, TrackArguments.Audio(audio, plan.Segments!, outputPath));

    public static FfmpegCommand Copy(TranscodePlan plan, string sourcePath, string outputPath, TimeSpan timeLimit) =>
        Of(plan, sourcePath, timeLimit, TrackArguments.Copy(plan.Video.Index, plan.Segments!, outputPath));

    private static FfmpegCommand Of(TranscodePlan plan, string sourcePath, TimeSpan timeLimit, IEnumerable<string> output) => new()
    {
        SourcePath = sourcePath,
        Container = plan.Info.Container,
        InputArguments = ["-copyts"],

        // Packets as soon as they are complete: what is published grows with the file.
        OutputArguments = ["-flush_packets", "1", .. output],
        TimeLimit = timeLimit,
    };
}
