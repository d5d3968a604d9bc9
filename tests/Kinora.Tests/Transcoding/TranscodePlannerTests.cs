using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Transcoding;

public sealed class TranscodePlannerTests
{
    private readonly TranscodePlanner _planner = new(Options.Create(new TranscodingOptions()));

    [Fact]
    public void Without_packets_all_but_the_segments_is_told()
    {
        var plan = _planner.Plan(Sources.Info(Sources.Video(), Sources.Audio()), null, null);

        Assert.Null(plan.Segments);
        Assert.Equal(5, plan.Renditions.Count);
        Assert.Equal(10_000_000, plan.DurationUs);
        Assert.True(plan.PredictedBytes > 1_000_000);
        Assert.True(plan.PredictedCpuSeconds > 5);
    }

    [Fact]
    public void Renditions_can_be_chosen_in_any_order()
    {
        var plan = _planner.Plan(Sources.Info(Sources.Video()), null, ["240p", "720p", "240p"]);

        Assert.Equal(["720p", "240p"], plan.Renditions.Select(r => r.Name));
    }

    [Theory]
    [InlineData("1080p")]
    [InlineData("huge")]
    [InlineData("")]
    public void A_rendition_that_the_source_cannot_have_is_refused_by_its_place(string name)
    {
        var refusal = Assert.Throws<ApiException>(() => _planner.Plan(Sources.Info(Sources.Video(1280, 720)), null, ["720p", name]));

        var detail = Assert.Single((IReadOnlyList<ValidationDetail>)refusal.Details!);
        Assert.Equal("renditions[1]", detail.Path);
        Assert.Contains("720p, 480p", detail.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_is_corrupt()
    {
        var promised = Sources.Video() with { FrameCount = 180, DurationUs = 6_000_000 };
        var packets = Sources.Packets(promised.TimeBase, Sources.Regular(41, 512));

        var refusal = Assert.Throws<JobFailedException>(() => _planner.Plan(Sources.Info(promised), packets, null));

        Assert.Equal(JobErrorCode.Corrupt, refusal.Code);
    }

    [Fact]
    public void A_file_trimmed_by_an_edit_list_is_whole()
    {
        var trimmed = Sources.Video() with { FrameCount = 180, DurationUs = 1_400_000 };

        Assert.NotNull(_planner.Plan(Sources.Info(trimmed), Sources.Packets(trimmed.TimeBase, Sources.Regular(41, 512)), null).Segments);
    }

    [Fact]
    public void Sound_that_cannot_be_decoded_is_left_out()
    {
        Assert.Empty(_planner.Plan(Sources.Info(Sources.Video(), Sources.Audio() with { Codec = "none" }), null, null).Audio);
    }

    [Theory]
    [InlineData("encrypted", "ENCRYPTED")]
    [InlineData("codec", "CODEC_NOT_ALLOWED")]
    [InlineData("container", "FORMAT_NOT_ALLOWED")]
    [InlineData("none", "NO_VIDEO_STREAM")]
    public void What_cannot_be_encoded_is_refused_with_its_code(string what, string code)
    {
        var info = what switch
        {
            "encrypted" => Sources.Info(Sources.Video() with { IsEncrypted = true }),
            "codec" => Sources.Info(Sources.Video() with { Codec = "magicyuv" }),
            "container" => Sources.Info(Sources.Video(), container: "hls"),
            _ => Sources.Info(Sources.Audio() with { Codec = "none" }),
        };

        Assert.Equal(code, Assert.Throws<JobFailedException>(() => _planner.Plan(info, null, null)).Code.Name);
    }

    [Fact]
    public void Every_rendition_says_why_it_is_encoded()
    {
        var hdr = Sources.Video() with { Codec = "hevc", ColorTransfer = "smpte2084", BitDepth = 10, PixelFormat = "yuv420p10le", Rotation = 90 };
        var plan = _planner.Plan(Sources.Info(hdr), null, null);

        Assert.Equal(
            ["video_codec", "unsupported_pixel_format", "hdr", "rotation", "video_bit_rate_unknown"], plan.Renditions[0].Reasons);
        Assert.Contains("video_resolution", plan.Renditions[1].Reasons);
    }

    [Fact]
    public void The_source_itself_is_a_rendition_where_any_player_takes_it()
    {
        var plan = _planner.Plan(
            Sources.Info(Sources.Copyable(), Sources.Audio()), Sources.Packets(new Rational(1, 15360), Sources.Regular(900, 512)), null);

        Assert.Equal("1080p", plan.Copied?.Name);
        Assert.Empty(plan.Copied!.Reasons);
        Assert.Equal(["720p", "480p", "360p", "240p"], plan.Encoded.Select(r => r.Name));
    }

    [Theory]
    [InlineData("High 10", 40, 4_000_000, "video_profile")]
    [InlineData("High", 60, 4_000_000, "video_level")]
    [InlineData("High", 40, 40_000_000, "video_bit_rate")]
    public void A_source_that_some_players_would_not_take_is_encoded(string profile, int level, long bitRate, string reason)
    {
        var video = Sources.Copyable() with { Profile = profile, Level = level, BitRate = bitRate };

        var plan = _planner.Plan(Sources.Info(video), Sources.Packets(new Rational(1, 15360), Sources.Regular(900, 512)), null);

        Assert.Null(plan.Copied);
        Assert.Equal([reason], plan.Renditions[0].Reasons);
    }

    [Fact]
    public void What_did_not_come_out_as_planned_is_not_planned_again()
    {
        var packets = Sources.Packets(new Rational(1, 15360), Sources.Regular(900, 512));

        var plan = _planner.Plan(Sources.Info(Sources.Copyable()), packets, null, [TranscodePlan.AvoidCopy]);
        Assert.Equal(["copy_not_exact"], plan.Renditions[0].Reasons);
        Assert.NotNull(plan.Spans);

        var whole = _planner.Plan(Sources.Info(Sources.Copyable()), packets, null, [TranscodePlan.AvoidSpans]);
        Assert.Null(whole.Spans);
        Assert.Contains("spans_not_exact", whole.Reasons);
        Assert.Null(whole.Copied);
    }

    [Fact]
    public void Every_track_of_sound_is_kept_the_default_one_first()
    {
        var info = Sources.Info(Sources.Video());
        info = info with
        {
            Streams =
            [
                .. info.Streams,
                Sources.Audio() with { Index = 1, IsDefault = false, Language = "ger" },
                Sources.Audio() with { Index = 2, Language = "eng" },
            ],
        };

        var audio = _planner.Plan(info, null, null).Audio;

        Assert.Equal([("audio", 2, "eng"), ("audio2", 1, "ger")], audio.Select(a => (a.Name, a.StreamIndex, a.Language!)));
    }

    [Fact]
    public void Text_is_kept_pictures_of_text_are_not()
    {
        var info = Sources.Info(Sources.Video(), Sources.Audio());
        info = info with
        {
            Streams =
            [
                .. info.Streams,
                Sources.Text(2, "eng"),
                Sources.Text(3, "ger") with { Codec = "hdmv_pgs_subtitle" },
                Sources.Text(4, "ger") with { Codec = "ass", IsForced = true },
                Sources.Text(5, "fre") with { IsEncrypted = true },
                Sources.Text(6, null) with { Codec = "mov_text", IsForHearingImpaired = true },
            ],
        };

        var text = _planner.Plan(info, null, null).Text;

        Assert.Equal(
            [new("text", 2, "eng", false, false), new("text2", 6, null, false, true), new TextTrackPlan("text3", 4, "ger", true, false)], text);
    }

    [Fact]
    public void Of_a_hundred_texts_some_are_kept()
    {
        var info = Sources.Info(Sources.Video()) with { Streams = [Sources.Video(), .. Enumerable.Range(1, 100).Select(i => Sources.Text(i, "kor"))] };

        Assert.Equal(32, _planner.Plan(info, null, null).Text.Count);
    }

    [Fact]
    public void Sound_alone_is_published_without_text()
    {
        var info = Sources.Info(Sources.Audio(), Sources.Text(2, "eng"));

        Assert.Empty(_planner.Plan(info, null, null).Text);
    }

    [Fact]
    public void A_plan_from_before_text_was_kept_has_none()
    {
        var stored = JsonSerializer.Serialize(_planner.Plan(Sources.Info(Sources.Video()), null, null), StoredJson.Default.TranscodePlan);
        var older = stored.Replace("\"text\":[],", "", StringComparison.Ordinal);

        Assert.NotEqual(stored, older);
        Assert.Empty(JsonSerializer.Deserialize(older, StoredJson.Default.TranscodePlan)!.Text);
    }

    [Fact]
    public void A_plan_is_json_without_the_list_of_frames()
    {
        var packets = Sources.Packets(new Rational(1, 15360), Sources.Regular(9000, 512));
        var json = JsonSerializer.Serialize(_planner.Plan(Sources.Info(Sources.Video(), Sources.Audio()), packets, null));

        Assert.True(json.Length < 20000, json);
    }
}
