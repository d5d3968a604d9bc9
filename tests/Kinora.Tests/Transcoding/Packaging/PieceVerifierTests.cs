using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Tests.Transcoding.Packaging;

/// <summary>Each rule of the last verification catches what breaks it.</summary>
public sealed class PieceVerifierTests
{
    private readonly PlannedPieces _pieces = PlannedPieces.Encoded();

    [Fact]
    public void What_came_out_as_planned_passes()
    {
        Assert.Null(Verify(_pieces).Failure);
        Assert.Null(Verify(PlannedPieces.Copied()).Failure);
    }

    [Fact]
    public void A_missing_piece() => ShouldFail("pieces-are-complete", p => p.All.RemoveAll(x => x is { Track: "360p", Number: 1 }));

    [Fact]
    public void A_missing_end() => ShouldFail("pieces-are-the-spans", p => p.All.RemoveAll(x => x.Track == "360p" && x.Number == p.Plan.Spans!.Count - 1));

    [Fact]
    public void A_missing_rendition() => ShouldFail("is-readable", p => p.All.RemoveAll(x => x.Track == "360p"));

    [Fact]
    public void A_missing_frame() => ShouldFail(
        "frames-are-complete", p => p.Change("360p", 2, f => f with { Segments = [f.Segments[0] with { Frames = f.Segments[0].Frames - 1 }, .. f.Segments.Skip(1)] }));

    [Fact]
    public void A_gap_between_pieces() => ShouldFail("decode-times-are-continuous", p => p.Change("720p", 2, f => f with { DecodeStart = f.DecodeStart + 512 }));

    [Fact]
    public void Another_delay_of_the_decoder() => ShouldFail("edit-lists-agree", p => p.Change("720p", 2, f => f with { PresentationShift = 0 }));

    [Fact]
    public void Facts_from_before_an_upgrade_have_no_delay_to_compare()
    {
        var stored = JsonSerializer.SerializeToNode(_pieces.All[0].Facts, StoredJson.Default.PieceFacts)!.AsObject();
        Assert.True(stored.Remove("presentationShift"));
        _pieces.All[0] = _pieces.All[0] with { Facts = stored.Deserialize(StoredJson.Default.PieceFacts)! };

        Assert.Null(Verify(_pieces).Failure);
    }

    [Fact]
    public void A_cut_at_another_time() => ShouldFail(
        "cuts-are-aligned", p => p.Change("360p", 2, f => f with { Segments = [f.Segments[0] with { StartTicks = f.Segments[0].StartTicks + 512 }, .. f.Segments.Skip(1)] }));

    [Fact]
    public void A_beginning_that_is_late() => ShouldFail(
        "starts-at-zero", p => p.Change("360p", 0, f => f with { Segments = [f.Segments[0] with { StartTicks = 512 }, .. f.Segments.Skip(1)] }));

    [Fact]
    public void Pictures_of_another_size() => ShouldFail(
        "resolution-is-as-planned", p => p.Change("360p", 0, f => f with { Description = f.Description with { Height = 362 } }));

    [Fact]
    public void A_frame_that_is_shown_after_the_next_segment_starts() => ShouldFail(
        "segments-do-not-overlap", p => p.Change("720p", 1, f => f with { Segments = [f.Segments[0] with { LatestTicks = f.EndTicks }, .. f.Segments.Skip(1)] }));

    [Fact]
    public void A_segment_longer_than_the_target_duration()
    {
        var pieces = PlannedPieces.Encoded();
        var playlists = Playlists(pieces).ToDictionary(p => p.Key, p => p.Value.Replace("TARGETDURATION:6", "TARGETDURATION:3", StringComparison.Ordinal));

        Assert.Contains(": target-duration-holds", PieceVerifier.Verify(pieces.Plan, playlists, pieces.ByTrack(), pieces.Text).Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("360p.m3u8", "#EXTINF:2.000000", "#EXTINF:2.100000", "durations-are-true")]
    [InlineData("360p.m3u8", "#EXT-X-ENDLIST\n", "", "playlist-is-closed-vod")]
    [InlineData("360p.m3u8", "11/360p-1.mp4", "10/360p-0.mp4", "ranges-cover-the-objects")]
    [InlineData("360p.m3u8", ",BYTERANGE=\"800@0\"", ",BYTERANGE=\"700@0\"", "ranges-cover-the-objects")]
    [InlineData("360p.iframes.m3u8", "#EXT-X-I-FRAMES-ONLY\n", "", "iframes-are-the-first-frames")]
    [InlineData("master.m3u8", "RESOLUTION=640x360", "RESOLUTION=640x362", "resolution-is-true")]
    [InlineData("master.m3u8", "avc1.64001F", "avc1.640028", "codecs-are-true")]
    [InlineData("master.m3u8", "FRAME-RATE=30.000", "FRAME-RATE=25.000", "frame-rate-is-true")]
    [InlineData("master.m3u8", "CHANNELS=\"2\"", "CHANNELS=\"6\"", "channels-are-true")]
    [InlineData("master.m3u8", "DEFAULT=NO", "DEFAULT=YES", "audio-has-one-default")]
    [InlineData("master.m3u8", "AVERAGE-BANDWIDTH=", "AVERAGE-BANDWIDTH=1", "bandwidth-is-true")]
    [InlineData("master.m3u8", "360p.m3u8", "240p.m3u8", "variants-are-the-renditions")]
    [InlineData("master.m3u8", "I-FRAME-STREAM-INF:BANDWIDTH=", "I-FRAME-STREAM-INF:BANDWIDTH=1", "iframe-bandwidth-is-true")]
    [InlineData("master.m3u8", "CODECS=\"avc1.64001F\"", "CODECS=\"avc1.640028\"", "iframe-codecs-are-true")]
    [InlineData("master.m3u8", "RESOLUTION=640x360,URI", "RESOLUTION=640x362,URI", "iframe-resolution-is-true")]
    [InlineData("master.m3u8", "360p.iframes.m3u8", "240p.iframes.m3u8", "iframe-variants-are-the-renditions")]
    public void A_playlist_that_is_not_true(string name, string from, string to, string check)
    {
        var playlists = new Dictionary<string, string>(Playlists(_pieces));
        Assert.Contains(from, playlists[name], StringComparison.Ordinal);
        playlists[name] = playlists[name].Replace(from, to, StringComparison.Ordinal);

        var report = PieceVerifier.Verify(_pieces.Plan, playlists, _pieces.ByTrack(), _pieces.Text);

        Assert.Contains(check, report.Checks.Where(c => !c.Passed).Select(c => c.Name));
    }

    [Fact]
    public void Text_is_verified_with_the_rest()
    {
        var report = Verify(_pieces.WithText());

        Assert.Null(report.Failure);
        Assert.Contains(report.Checks, c => c is { Name: "text-ends-with-its-segment", Rendition: "text2" });
    }

    [Theory]
    [InlineData("text.m3u8", "#EXTINF:20.000000", "#EXTINF:19.000000", "text-lasts-as-long-as-the-video")]
    [InlineData("text.m3u8", "#EXT-X-ENDLIST\n", "", "text-playlist-is-of-its-file")]
    [InlineData("text.m3u8", "90/text.vtt", "90/text2.vtt", "text-playlist-is-of-its-file")]
    [InlineData("text2.m3u8", "TARGETDURATION:20", "TARGETDURATION:6", "text-playlist-is-of-its-file")]
    [InlineData("text2.m3u8", "#EXT-X-ENDLIST\n", "#EXTINF:1.000000,\nmore.vtt\n#EXT-X-ENDLIST\n", "text-playlist-is-of-its-file")]
    [InlineData("master.m3u8", "text2.m3u8", "text3.m3u8", "text-group-is-the-text")]
    [InlineData("master.m3u8", "TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"en\"", "TYPE=SUBTITLES,GROUP-ID=\"other\",NAME=\"en\"", "variants-refer-to-the-text")]
    [InlineData("master.m3u8", "SUBTITLES=\"text\"", "SUBTITLES=\"other\"", "variants-refer-to-the-text")]
    [InlineData("master.m3u8", "NAME=\"en 2\"", "NAME=\"en\"", "text-has-no-default")]
    [InlineData("master.m3u8", "LANGUAGE=\"en\",DEFAULT=NO", "LANGUAGE=\"en\",DEFAULT=YES", "text-has-no-default")]
    public void A_playlist_that_is_not_true_of_the_text(string name, string from, string to, string check)
    {
        _pieces.WithText();

        A_playlist_that_is_not_true(name, from, to, check);
    }

    /// <summary>How long the last frame stands is a guess of the plan's.</summary>
    [Fact]
    public void Text_is_as_long_as_was_planned_where_the_last_frame_is_not()
    {
        _pieces.WithText();
        foreach (var rendition in _pieces.Plan.Renditions)
        {
            _pieces.Change(rendition.Name, _pieces.Plan.Spans!.Count - 1, f => f with { EndUs = f.EndUs - 33_333, EndTicks = f.EndTicks - 512 });
        }

        Assert.DoesNotContain(Verify(_pieces).Checks, c => !c.Passed && (c.Name.StartsWith("text", StringComparison.Ordinal) || c.Name == "bandwidth-is-true"));
    }

    [Fact]
    public void Text_that_goes_on_after_the_video() => ShouldFail(
        "text-ends-with-its-segment", p => p.WithText().Text[0] = p.Text[0] with { Facts = p.Text[0].Facts with { LastEndMs = 20_010 } });

    [Fact]
    public void Sound_that_ends_before_the_video() => ShouldFail("audio-ends-as-planned", p => p.All.RemoveAll(
        x => x.Track == "audio2" && x.Number == p.Plan.Spans!.Count - 1));

    [Fact]
    public void A_track_of_sound_that_cannot_be_decoded_is_left_out()
    {
        _pieces.All.RemoveAll(p => p.Track == "audio2");

        Assert.Null(Verify(_pieces).Failure);
        Assert.DoesNotContain("audio2", Playlists(_pieces)[PackageLayout.Master], StringComparison.Ordinal);
    }

    private static VerificationReport Verify(PlannedPieces pieces) => PieceVerifier.Verify(pieces.Plan, Playlists(pieces), pieces.ByTrack(), pieces.Text);

    private static Dictionary<string, string> Playlists(PlannedPieces pieces) =>
        WholePackage.Write(pieces.Plan, pieces.ByTrack(), pieces.Text).ToDictionary(p => p.Name, p => p.Text);

    private void ShouldFail(string check, Action<PlannedPieces> spoil)
    {
        spoil(_pieces);

        Assert.Contains(check, Verify(_pieces).Checks.Where(c => !c.Passed).Select(c => c.Name));
    }
}
