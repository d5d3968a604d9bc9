using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Xunit;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

/// <summary>A package of two tracks of sound, and no video.</summary>
public sealed class SoundPackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kinora-sound-").FullName;

    public static TheoryData<string, string, string, string> WrongPlaylists => new()
    {
        { "audio.m3u8", "#EXT-X-ENDLIST\n", "", "playlist-is-closed-vod" },
        { "audio2.m3u8", "@0\n", "@8\n", "ranges-cover-the-objects" },
        { "master.m3u8", "BANDWIDTH=", "BANDWIDTH=1", "bandwidth-is-true" },
        { "master.m3u8", "CODECS=\"mp4a.40.2\"", "CODECS=\"mp4a.40.5\"", "codecs-are-true" },
        { "master.m3u8", ",CODECS=", ",RESOLUTION=320x180,CODECS=", "resolution-is-true" },
        { "master.m3u8", ",CODECS=", ",FRAME-RATE=25.000,CODECS=", "frame-rate-is-true" },
        { "master.m3u8", "audio2.m3u8", "audio.m3u8", "audio-group-is-the-audio" },
        { "master.m3u8", "AUDIO=\"audio\"", "AUDIO=\"other\"", "variants-refer-to-the-audio" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sound_alone_has_no_playlists_of_pictures_and_segments_of_four_seconds()
    {
        var (package, _) = await PackageAsync();

        Assert.True(package.Report.Passed, package.Report.Failure);
        Assert.Equal(
            ["audio/init.mp4", "audio/0.m4s", "audio2/init.mp4", "audio2/0.m4s", "audio.m3u8", "audio2.m3u8", "master.m3u8"],
            package.Files.Select(f => f.Name));
        var playlist = PublishedPlaylist.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "audio.m3u8"), Cancellation));
        Assert.Equal(3, playlist.Segments.Count);
        Assert.All(playlist.Segments.SkipLast(1), segment => Assert.InRange(segment.DurationUs, 2_900_000, 4_100_000));
        Assert.Equal(10_000_000, playlist.DurationUs, 22_000.0);
        Assert.InRange((await Ffmpeg.DecodeAsync(Path.Combine(_folder, "master.m3u8"), Cancellation, "0:a:0"))[^1].Seconds, 9.9m, 10.03m);
    }

    [Theory]
    [MemberData(nameof(WrongPlaylists))]
    public async Task A_wrong_playlist_fails_its_check(string file, string right, string wrong, string check)
    {
        var (_, tracks) = await PackageAsync();
        var path = Path.Combine(_folder, file);
        var text = await File.ReadAllTextAsync(path, Cancellation);
        Assert.Contains(right, text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, text.Replace(right, wrong, StringComparison.Ordinal), Cancellation);

        Assert.Contains(check, Failures(tracks, Expecting(10)));
    }

    [Fact]
    public async Task Sound_that_is_not_as_long_as_the_source_fails()
    {
        var (_, tracks) = await PackageAsync();

        Assert.Equal(Enumerable.Repeat("duration-is-that-of-the-source", 2), Failures(tracks, Expecting(11)));
        Assert.Equal(Enumerable.Repeat("duration-is-that-of-the-source", 2), Failures(tracks, Expecting(9)));
        Assert.Empty(Failures(tracks, Expecting(null)));
    }

    [Fact]
    public async Task A_track_that_ends_before_the_others_fails()
    {
        var (package, _) = await PackageAsync(secondsOfSecond: 7);

        Assert.Equal(["duration-is-that-of-the-source"], package.Report.Checks.Where(c => !c.Passed).Select(c => c.Name));
    }

    private static Expectations Expecting(double? seconds) =>
        new() { Frames = ExpectedFrames.Unknown, VideoDuration = seconds is { } known ? TimeSpan.FromSeconds(known) : null };

    private async Task<(Package Package, IReadOnlyList<TrackInput> Tracks)> PackageAsync(int secondsOfSecond = 10)
    {
        TrackInput[] tracks = [await EncodeAsync("audio", 10, "eng"), await EncodeAsync("audio2", secondsOfSecond, "ger")];
        return (await Packager.PackageAsync(tracks, [], _folder, TimeSpan.FromSeconds(6), Expecting(10), Cancellation), tracks);
    }

    /// <summary>With the flags that the transcoder uses.</summary>
    private async Task<TrackInput> EncodeAsync(string name, int seconds, string language)
    {
        var path = Path.Combine(_folder, $"{name}-encoded.mp4");
        await Ffmpeg.RunAsync(
            [
                "-f", "lavfi", "-i", $"sine=440:r=48000:d={seconds}", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-flags:a", "+bitexact",
                "-map_metadata", "-1", "-fflags", "+bitexact", "-avoid_negative_ts", "disabled", "-use_editlist", "1",
                "-movflags", "+delay_moov+default_base_moof+skip_trailer", "-frag_duration", "1000000", "-f", "mp4", path,
            ],
            Cancellation);
        return new TrackInput { Name = name, Kind = TrackKind.Audio, Path = path, Language = language };
    }

    private List<string> Failures(IReadOnlyList<TrackInput> tracks, Expectations expectations) =>
        [.. PackageVerifier.Verify(_folder, tracks, [], expectations, Cancellation).Checks.Where(c => !c.Passed).Select(c => c.Name)];
}
