using System.Text;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.Verification;
using Xunit;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

public sealed class PackageVerifierTests(PackagedVideos videos) : IClassFixture<PackagedVideos>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kinora-verifier-").FullName;

    public static TheoryData<string, string, string, string> WrongPlaylists => new()
    {
        { "180p.m3u8", "#EXTINF:4.000000", "#EXTINF:4.000001", "durations-are-true" },
        { "180p.m3u8", "#EXTINF:4.000000", "#EXTINF:four", "is-readable" },
        { "180p.m3u8", "#EXT-X-ENDLIST\n", "", "playlist-is-closed-vod" },
        { "180p.m3u8", "@0\n", "@8\n", "ranges-cover-the-objects" },
        { "180p.m3u8", "180p/0.m4s", "/180p/0.m4s", "is-readable" },
        { "180p.m3u8", "180p/0.m4s", "../180p/0.m4s", "is-readable" },
        { "180p.m3u8", "180p/0.m4s", "https://example.org/0.m4s", "is-readable" },
        { "180p.m3u8", "180p/0.m4s", "180p/1.m4s", "is-readable" },
        { "180p.m3u8", "180p/0.m4s", "120p/0.m4s", "ranges-cover-the-objects" },
        { "120p.m3u8", "TARGETDURATION:4", "TARGETDURATION:3", "target-duration-holds" },
        { "90p.iframes.m3u8", "@0\n", "@8\n", "iframes-are-the-first-frames" },
        { "master.m3u8", "#EXT-X-STREAM-INF:BANDWIDTH=", "#EXT-X-STREAM-INF:BANDWIDTH=1", "bandwidth-is-true" },
        { "master.m3u8", ",AVERAGE-BANDWIDTH=", ",AVERAGE-BANDWIDTH=1", "bandwidth-is-true" },
        { "master.m3u8", "avc1.64", "avc1.4D", "codecs-are-true" },
        { "master.m3u8", "mp4a.40.2", "mp4a.40.5", "codecs-are-true" },
        { "master.m3u8", "RESOLUTION=320x180", "RESOLUTION=640x360", "resolution-is-true" },
        { "master.m3u8", "FRAME-RATE=25.000", "FRAME-RATE=30.000", "frame-rate-is-true" },
        { "master.m3u8", "\n90p.m3u8", "\n120p.m3u8", "variants-are-the-renditions" },
        { "master.m3u8", "AUDIO=\"audio\"", "AUDIO=\"other\"", "variants-refer-to-the-audio" },
        { "master.m3u8", "CHANNELS=\"2\"", "CHANNELS=\"6\"", "channels-are-true" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(WrongPlaylists))]
    public async Task A_wrong_playlist_fails_its_check(string file, string right, string wrong, string check)
    {
        var video = await CopyAsync();
        var path = Path.Combine(_folder, file);
        var text = await File.ReadAllTextAsync(path, Cancellation);
        Assert.Contains(right, text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, text.Replace(right, wrong, StringComparison.Ordinal), Cancellation);

        AssertFails(Verify(video), check);
    }

    [Fact]
    public async Task A_flipped_byte_in_a_decode_time_fails()
    {
        var video = await CopyAsync();
        await ChangeMediaAsync("180p", media => media[IndexOf(media, "tfdt", occurrence: 2) + 14] ^= 1);

        AssertFails(Verify(video), "decode-times-are-continuous");
    }

    [Fact]
    public async Task A_first_picture_that_is_no_idr_fails()
    {
        var video = await CopyAsync();
        await ChangeMediaAsync("180p", media =>
        {
            var idr = media.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x65, 0x88]);
            media[idr] = 0x41;
        });

        AssertFails(Verify(video), "segments-start-with-idr");
    }

    [Fact]
    public async Task A_first_sample_without_its_sync_flag_fails()
    {
        var video = await CopyAsync();

        // version and flags, count, data offset, then the flags of the first sample: sample_is_non_sync_sample is bit 16 of them.
        await ChangeMediaAsync("180p", media => media[IndexOf(media, "trun", occurrence: 1) + 4 + 12 + 1] |= 1);

        AssertFails(Verify(video), "segments-start-with-idr");
    }

    [Fact]
    public async Task A_removed_fragment_fails_with_and_without_its_playlist_entry()
    {
        var video = await CopyAsync();
        var path = Path.Combine(_folder, "180p.m3u8");
        var playlist = PublishedPlaylist.Parse(await File.ReadAllTextAsync(path, Cancellation));
        var (first, removed) = (playlist.Segments[0], playlist.Segments[1]);
        var media = await File.ReadAllBytesAsync(Path.Combine(_folder, "180p/0.m4s"), Cancellation);
        await File.WriteAllBytesAsync(
            Path.Combine(_folder, "180p/0.m4s"), [.. media.AsSpan(0, (int)removed.Offset), .. media.AsSpan((int)(removed.Offset + removed.Length))], Cancellation);

        AssertFails(Verify(video), "ranges-cover-the-objects");

        var last = playlist.Segments[2];
        await File.WriteAllTextAsync(
            path,
            $"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
            + $"#EXT-X-MAP:URI=\"180p/init.mp4\"\n#EXTINF:4.000000,\n#EXT-X-BYTERANGE:{first.Length}@0\n180p/0.m4s\n"
            + $"#EXTINF:2.000000,\n#EXT-X-BYTERANGE:{last.Length}@{removed.Offset}\n180p/0.m4s\n#EXT-X-ENDLIST\n",
            Cancellation);

        AssertFails(Verify(video), "decode-times-are-continuous", "durations-are-true", "cuts-are-as-planned", "frames-are-complete");
    }

    [Fact]
    public async Task A_cut_off_file_fails()
    {
        var video = await CopyAsync();
        var path = Path.Combine(_folder, "120p/0.m4s");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Cancellation))[..^1], Cancellation);

        AssertFails(Verify(video), "is-readable");
    }

    [Fact]
    public async Task A_rendition_with_other_cuts_and_frames_fails()
    {
        var video = await CopyAsync();
        var other = await videos.GetAsync(SourceKind.Broadcast.Name);
        foreach (var name in (string[])["90p.m3u8", "90p.iframes.m3u8", "90p/init.mp4", "90p/0.m4s"])
        {
            File.Copy(Path.Combine(other.Output, name), Path.Combine(_folder, name), overwrite: true);
        }

        AssertFails(Verify(video), "cuts-are-aligned", "frames-are-equal");
    }

    [Fact]
    public async Task Broken_promises_of_the_source_fail()
    {
        var video = await CopyAsync();
        var expected = video.Video.Expectations;

        AssertFails(Verify(video, expected with { Frames = ExpectedFrames.Between(251, 260) }), "frames-are-complete");
        AssertFails(Verify(video, expected with { SegmentStarts = [0, 4, 8.04] }), "cuts-are-as-planned");
        AssertFails(Verify(video, expected with { VideoDuration = TimeSpan.FromSeconds(11) }), "duration-is-that-of-the-source");
        AssertFails(Verify(video, expected with { AudioEnd = TimeSpan.FromSeconds(9) }), "audio-ends-as-planned");
        Assert.True(Verify(video, expected with { VideoDuration = TimeSpan.FromSeconds(10), AudioEnd = TimeSpan.FromSeconds(10) }).Passed);
        Assert.True(Verify(video, new Expectations { Frames = ExpectedFrames.Unknown }).Passed);
    }

    [Fact]
    public async Task Whatever_byte_is_changed_there_is_a_report()
    {
        var video = await CopyAsync();
        var random = new Random(20261123);
        var files = video.Package.Files.Select(f => Path.Combine(_folder, f.Name)).ToArray();
        for (var i = 0; i < 600; i++)
        {
            var path = files[random.Next(files.Length)];
            var right = await File.ReadAllBytesAsync(path, Cancellation);
            var wrong = (byte[])right.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                wrong[random.Next(random.Next(2) == 0 ? Math.Min(wrong.Length, 1500) : wrong.Length)] = (byte)random.Next(256);
            }

            await File.WriteAllBytesAsync(path, wrong, Cancellation);
            var report = Verify(video);
            Assert.NotEmpty(report.Checks);
            await File.WriteAllBytesAsync(path, right, Cancellation);
        }

        Assert.True(Verify(video).Passed);
    }

    private static int IndexOf(byte[] media, string type, int occurrence)
    {
        var index = -1;
        for (var i = 0; i < occurrence; i++)
        {
            index += 1 + media.AsSpan(index + 1).IndexOf(Encoding.ASCII.GetBytes(type));
        }

        return index;
    }

    private static void AssertFails(VerificationReport report, params string[] checks)
    {
        Assert.False(report.Passed);
        Assert.NotNull(report.Failure);
        var failed = report.Checks.Where(c => !c.Passed).Select(c => c.Name).ToHashSet();
        Assert.Superset(checks.ToHashSet(), failed);
    }

    private async Task ChangeMediaAsync(string rendition, Action<byte[]> change)
    {
        var path = Path.Combine(_folder, rendition, "0.m4s");
        var media = await File.ReadAllBytesAsync(path, Cancellation);
        change(media);
        await File.WriteAllBytesAsync(path, media, Cancellation);
    }

    private async Task<PackagedVideo> CopyAsync()
    {
        var video = await videos.GetAsync(SourceKind.Film.Name);
        foreach (var file in video.Package.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, file.Name))!);
            File.Copy(file.Path, Path.Combine(_folder, file.Name), overwrite: true);
        }

        return video;
    }

    private VerificationReport Verify(PackagedVideo video, Expectations? expectations = null) =>
        PackageVerifier.Verify(_folder, video.Video.Tracks, [], expectations ?? video.Video.Expectations, Cancellation);
}
