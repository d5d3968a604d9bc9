using System.Runtime.CompilerServices;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.Pieces;

namespace Kinora.Tests.Transcoding.Packaging;

/// <summary>Playlists of what is there so far. Run with KINORA_UPDATE_GOLDEN=1 to write the golden files, and read their diff.</summary>
public sealed class GrowingPackageTests
{
    private static readonly HashSet<string> None = [];

    [Fact]
    public void The_first_span_can_be_played_with_its_sound()
    {
        var pieces = PlannedPieces.Encoded();

        Assert.Null(Of(pieces, p => p.Number == 0 && p.Track != "audio").Master());
        Assert.NotNull(Of(pieces, p => p.Number == 0 && p.Track != "audio2").Master());
        AssertGolden("growing-master.m3u8", Of(pieces, p => p.Number == 0).Master()!);
        AssertGolden("growing-media.m3u8", Of(pieces, p => p.Number < 2).Media("360p.m3u8")!);
    }

    [Fact]
    public void A_copy_is_ahead_with_sound_of_its_own()
    {
        var pieces = PlannedPieces.Copied();
        var package = Of(pieces, p => p.Track is "720p" or "audio" or "audio2" || p.Number == 0, ended: ["720p", "audio", "audio2"]);

        AssertGolden("growing-master-of-copy.m3u8", package.Master()!);
        Assert.Equal(20, Seconds(package.Media("720p.m3u8")!));
        Assert.Equal(2, Seconds(package.Media("audio.m3u8")!));
        Assert.Equal(20, Seconds(package.Media("audio.ahead.m3u8")!));
        Assert.All(
            (string[])["720p.m3u8", "audio.ahead.m3u8"],
            name => Assert.DoesNotContain("#EXT-X-ENDLIST", package.Media(name), StringComparison.Ordinal));
    }

    [Fact]
    public void A_span_that_is_done_before_the_one_in_front_of_it_waits()
    {
        var package = Of(PlannedPieces.Encoded(), p => p.Track.StartsWith("audio", StringComparison.Ordinal) || p.Number != 1);

        Assert.Equal(2, Seconds(package.Media("360p.m3u8")!));
        Assert.Equal(2, Seconds(package.Media("audio.m3u8")!));
    }

    [Fact]
    public void Sound_never_runs_past_the_pictures_and_pictures_may_run_past_the_sound()
    {
        var pieces = PlannedPieces.Encoded();
        for (var spans = 1; spans <= pieces.Plan.Spans!.Count; spans++)
        {
            for (var sounds = 1; sounds <= pieces.Plan.Spans.Count; sounds++)
            {
                var package = Of(pieces, p => p.Number < (p.Track.StartsWith("audio", StringComparison.Ordinal) ? sounds : spans));
                Assert.True(Seconds(package.Media("audio.m3u8")!) <= Seconds(package.Media("360p.m3u8")!) + 0.001);
            }
        }
    }

    [Fact]
    public void A_variant_waits_for_the_sound_beside_it()
    {
        // As where the first span is shorter than a fragment of sound: its first piece ends with the second span.
        var package = Of(PlannedPieces.Copied(), p => p.Track == "720p" || p.Number == (p.Track == "360p" ? 0 : 1));
        Assert.Null(package.Master());

        var pieces = PlannedPieces.Copied();
        for (var i = 0; i < pieces.All.Count; i++)
        {
            if (pieces.All[i] is { Track: "audio", Number: 0 } first)
            {
                pieces.All[i] = first with { Facts = first.Facts with { EndUs = 4_000_000 } };
            }
        }

        var master = Of(pieces, p => p.Track == "720p" || p.Number == 0).Master()!;
        Assert.Contains("720p.m3u8", master, StringComparison.Ordinal);
        Assert.DoesNotContain("360p.m3u8", master, StringComparison.Ordinal);
    }

    [Fact]
    public void Sound_that_cannot_be_decoded_is_not_waited_for()
    {
        var package = Of(PlannedPieces.Encoded(), p => p is { Number: 0, Track: "720p" or "360p" }, ended: ["audio", "audio2"]);

        Assert.DoesNotContain("EXT-X-MEDIA", package.Master(), StringComparison.Ordinal);
    }

    [Fact]
    public void When_all_is_there_the_playlists_lack_nothing_but_their_end()
    {
        var pieces = PlannedPieces.Copied();
        var package = Of(pieces, _ => true, ended: ["720p", "audio", "audio2"]);

        foreach (var (name, text) in WholePackage.Write(pieces.Plan, pieces.ByTrack(), pieces.Text).Where(p => p.Name != "master.m3u8"))
        {
            var growing = package.Media(name)!;
            Assert.Equal(
                text,
                growing.Replace(":EVENT\n", ":VOD\n", StringComparison.Ordinal).Replace("#EXT-X-START:TIME-OFFSET=0\n", "", StringComparison.Ordinal) + "#EXT-X-ENDLIST\n");
        }
    }

    [Fact]
    public void Text_is_whole_from_the_start()
    {
        var pieces = PlannedPieces.Encoded().WithText();
        var package = Of(pieces, p => p.Number == 0);

        AssertGolden("growing-with-text.m3u8", package.Master()!);
        Assert.Equal(MediaPlaylist.WriteText(pieces.Text[0]), package.Media("text.m3u8"));
    }

    [Fact]
    public void A_master_waits_for_its_text()
    {
        var pieces = PlannedPieces.Encoded();

        Assert.Null(new GrowingPackage(pieces.Plan, 7, pieces.All, None, [], awaitsText: true).Master());
    }

    [Theory]
    [InlineData("master.m3u8")]
    [InlineData("240p.m3u8")]
    [InlineData("audio3.m3u8")]
    [InlineData("text.m3u8")]
    [InlineData("10/360p-0.mp4")]
    [InlineData("")]
    public void Other_names_are_none_of_its_playlists(string name)
    {
        var pieces = PlannedPieces.Encoded();

        Assert.Null(Of(pieces, _ => true).Media(name));
    }

    private static GrowingPackage Of(PlannedPieces pieces, Func<PublishedPiece, bool> isThere, params string[] ended) =>
        new(pieces.Plan, 7, pieces.All.Where(isThere), ended.Length == 0 ? None : ended.ToHashSet(), pieces.Text, awaitsText: false);

    private static double Seconds(string playlist) => playlist.Split('\n')
        .Where(line => line.StartsWith("#EXTINF:", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[8..].TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture));

    private static void AssertGolden(string name, string actual, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("KINORA_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
