using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>Whether a piece of sound stays behind the video that is published with it.</summary>
internal static class AudioPieceChecks
{
    /// <summary>An AAC frame has 1024 samples; the last one of a track may reach past the video's end by less than that.</summary>
    private const long FrameUs = 1024 * 1_000_000L / AudioPlan.SampleRate;

    /// <param name="span">The last one that the piece reaches into.</param>
    public static void Run(CheckList checks, string track, PieceFacts facts, TranscodePlan plan, int span)
    {
        var isLast = span + 1 == plan.Spans!.Count;
        var edge = new MediaTime(plan.Spans[span].EndTicks, (uint)plan.Segments!.TimeScale).Microseconds + (isLast ? FrameUs + 1 : 0);
        checks.Add(
            "audio-stays-behind-the-video-edge",
            track,
            facts.EndUs <= edge,
            $"an end at {CheckList.Seconds(edge)} or before",
            CheckList.Seconds(facts.EndUs));
        checks.AddEqual("channels-are-as-planned", track, $"{AudioPlan.Channels}", $"{facts.Description.Channels}");
        checks.AddEqual("sample-rate-is-as-planned", track, $"{AudioPlan.SampleRate}", $"{facts.Description.SampleRate}");
    }
}
