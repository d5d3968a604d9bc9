using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Transcoding;

/// <summary>The plan of a source that has sound and no pictures.</summary>
public sealed class SoundPlanTests
{
    private static readonly MediaStream Cover = Sources.Video() with { Index = 2, Codec = "png", IsAttachedPicture = true };

    private readonly TranscodePlanner _planner = new(Options.Create(new TranscodingOptions()));

    [Fact]
    public void All_tracks_are_encoded_to_the_same_end_in_one_process()
    {
        var info = Sources.Info(Sources.Audio(), Cover, "mp3") with
        {
            StartTimeUs = 25_057,
            Streams = [Sources.Audio() with { Language = "eng" }, Cover, Sources.Audio() with { Index = 3, IsDefault = false, Language = "ger" }],
        };

        var plan = _planner.Plan(info, Sources.Packets(new Rational(1, 14_112_000), Sources.Regular(384, 368_640), 1), null);

        Assert.Empty(plan.Renditions);
        Assert.Null(plan.Spans);
        Assert.Equal(["audio_only"], plan.Reasons);
        Assert.Equal([("audio", "eng"), ("audio2", "ger")], plan.Audio.Select(a => (a.Name, a.Language!)));
        Assert.All(plan.Audio, audio => Assert.Equal(480_286, audio.EndSamples));

        // 384 packets of 1152 samples at 44100 Hz, less what comes before the first one that is heard.
        Assert.InRange(plan.DurationUs!.Value, 10_005_900, 10_006_200);
        Assert.Equal(2 * AudioPlan.BitRate * 10 / 8, plan.PredictedBytes!.Value, 1000.0);
    }

    [Fact]
    public void A_single_track_is_neither_cut_nor_padded()
    {
        var plan = _planner.Plan(Sources.Info(Sources.Audio()), Sources.Packets(new Rational(1, 48000), Sources.Regular(400, 1152), 1), null);

        Assert.Null(Assert.Single(plan.Audio).EndSamples);
        Assert.Equal(TimeSpan.FromSeconds(9.6), plan.Segments!.VideoDuration);
    }

    [Fact]
    public void The_length_of_times_that_cannot_be_trusted_is_not_known()
    {
        var plan = _planner.Plan(
            Sources.Info(Sources.Audio()), Sources.Packets(new Rational(1, 1000), [0, 21, 21, 43], 1), null);

        Assert.Null(plan.Segments!.VideoDuration);
        Assert.Equal(10_000_000, plan.DurationUs);
        Assert.Equal(["audio_only", "duplicate_pts"], plan.Reasons);
    }

    [Fact]
    public void An_estimate_tells_the_same_but_for_the_length()
    {
        var plan = _planner.Estimate(Sources.Info(Sources.Audio()), null);

        Assert.True(plan.IsEstimate);
        Assert.Equal(10_000_000, plan.DurationUs);
        Assert.Equal("audio", Assert.Single(plan.Audio).Name);
    }

    [Fact]
    public void There_are_no_renditions_to_choose_from()
    {
        var info = Sources.Info(Sources.Audio());

        var refusal = Assert.Throws<ApiException>(() => _planner.Plan(info, null, ["240p"]));

        Assert.Equal("renditions[0]", Assert.Single((IReadOnlyList<ValidationDetail>)refusal.Details!).Path);
        Assert.False(_planner.Offers(info, ["240p"]));
    }

    [Fact]
    public void Sound_cut_short_is_corrupt()
    {
        var promised = Sources.Audio() with { DurationUs = 10_026_667 };
        var packets = Sources.Packets(promised.TimeBase, Sources.Regular(100, 1024), 1);

        Assert.Equal(JobErrorCode.Corrupt, Assert.Throws<JobFailedException>(() => _planner.Plan(Sources.Info(promised), packets, null)).Code);
    }

    [Fact]
    public void A_format_that_is_not_allowed_is_refused()
    {
        var refusal = Assert.Throws<JobFailedException>(() => _planner.Plan(Sources.Info(Sources.Audio(), container: "aiff"), null, null));

        Assert.Equal(JobErrorCode.FormatNotAllowed, refusal.Code);
    }
}
