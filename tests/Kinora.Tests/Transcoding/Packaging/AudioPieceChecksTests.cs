using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Tests.Transcoding.Packaging;

/// <summary>Each rule for a piece of sound catches what breaks it, before it is published.</summary>
public sealed class AudioPieceChecksTests
{
    // An AAC frame is 21.3 ms.
    private const int LessThanFrameUs = 21_000;
    private const int MoreThanFrameUs = 22_000;

    private static readonly PlannedPieces Pieces = PlannedPieces.Encoded();

    private static int Last => Pieces.Plan.Spans!.Count - 1;

    [Fact]
    public void A_piece_as_planned_passes() => Assert.Empty(Failures(1, f => f));

    [Fact]
    public void Sound_past_the_edge_of_the_video() =>
        Assert.Equal(["audio-stays-behind-the-video-edge"], Failures(1, f => f with { EndUs = f.EndUs + LessThanFrameUs }));

    [Fact]
    public void The_last_frame_of_all_may_reach_past_the_video_but_no_frame_more()
    {
        Assert.Empty(Failures(Last, f => f with { EndUs = f.EndUs + LessThanFrameUs }));
        Assert.Equal(["audio-stays-behind-the-video-edge"], Failures(Last, f => f with { EndUs = f.EndUs + MoreThanFrameUs }));
    }

    [Fact]
    public void Other_channels() =>
        Assert.Equal(["channels-are-as-planned"], Failures(1, f => f with { Description = f.Description with { Channels = 6 } }));

    [Fact]
    public void Another_sample_rate() =>
        Assert.Equal(["sample-rate-is-as-planned"], Failures(1, f => f with { Description = f.Description with { SampleRate = 44100 } }));

    private static string[] Failures(int span, Func<PieceFacts, PieceFacts> spoil)
    {
        var checks = new CheckList();
        var facts = spoil(Pieces.All.Single(p => p.Track == "audio" && p.Number == span).Facts);
        AudioPieceChecks.Run(checks, "audio", facts, Pieces.Plan, span);
        return [.. checks.ToReport().Checks.Where(c => !c.Passed).Select(c => c.Name)];
    }
}
