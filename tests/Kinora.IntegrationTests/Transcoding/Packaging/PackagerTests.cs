using System.Security.Cryptography;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Xunit;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

public sealed class PackagerTests(PackagedVideos videos) : IClassFixture<PackagedVideos>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. SourceKind.All.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_rendition_decodes_to_exactly_what_was_encoded(string kind)
    {
        var (video, package, output) = await videos.GetAsync(kind);

        Assert.True(package.Report.Passed, package.Report.Failure);
        foreach (var track in video.Tracks)
        {
            var published = await Ffmpeg.DecodeAsync(Path.Combine(output, $"{track.Name}.m3u8"), Cancellation);
            var encoded = await Ffmpeg.DecodeAsync(track.Path, Cancellation);
            Assert.Equal(encoded, published);
            if (track.Kind == TrackKind.Video)
            {
                var source = await Ffmpeg.DecodeAsync(video.Source, Cancellation, "0:v:0");
                Assert.Equal(source.Select(f => f.Seconds), published.Select(f => f.Seconds));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_master_plays_all_renditions_together(string kind)
    {
        var (video, _, output) = await videos.GetAsync(kind);

        var audio = video.Tracks.Any(t => t.Kind == TrackKind.Audio);
        var frames = await Ffmpeg.DecodeAsync(Path.Combine(output, PackageLayout.Master), Cancellation, audio ? ["0:v", "0:a:0"] : ["0:v"]);

        var streams = frames.GroupBy(f => f.Stream).Select(g => string.Concat(g.Select(f => f.Hash))).ToList();
        Assert.Equal(video.Tracks.Count, streams.Count);
        foreach (var track in video.Tracks)
        {
            var encoded = await Ffmpeg.DecodeAsync(track.Path, Cancellation);
            Assert.Contains(string.Concat(encoded.Select(f => f.Hash)), streams);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_range_decodes_alone_and_every_iframe_range_is_one_frame(string kind)
    {
        var (video, _, output) = await videos.GetAsync(kind);

        foreach (var track in video.Tracks.Where(t => t.Kind == TrackKind.Video))
        {
            var playlist = PublishedPlaylist.Parse(await File.ReadAllTextAsync(Path.Combine(output, $"{track.Name}.m3u8"), Cancellation));
            var decoded = 0;
            foreach (var segment in playlist.Segments)
            {
                decoded += (await Ffmpeg.DecodeAsync(await ExtractAsync(output, playlist, segment), Cancellation)).Count;
            }

            Assert.Equal(video.Frames, decoded);
            var iframes = PublishedPlaylist.Parse(
                await File.ReadAllTextAsync(Path.Combine(output, $"{track.Name}.iframes.m3u8"), Cancellation));
            Assert.Equal(playlist.Segments.Count, iframes.Segments.Count);
            foreach (var iframe in iframes.Segments)
            {
                Assert.Equal(1, await Ffmpeg.CountFramesOfCutFileAsync(await ExtractAsync(output, iframes, iframe), Cancellation));
            }
        }
    }

    [Fact]
    public async Task Files_stand_in_the_order_of_upload_with_their_hashes_and_content_types()
    {
        var (_, package, output) = await videos.GetAsync(SourceKind.Film.Name);

        Assert.Equal(
            [
                "180p/init.mp4", "180p/0.m4s", "120p/init.mp4", "120p/0.m4s", "90p/init.mp4", "90p/0.m4s", "audio/init.mp4", "audio/0.m4s",
                "180p.m3u8", "180p.iframes.m3u8", "120p.m3u8", "120p.iframes.m3u8", "90p.m3u8", "90p.iframes.m3u8", "audio.m3u8", "master.m3u8",
            ],
            package.Files.Select(f => f.Name));
        foreach (var file in package.Files)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(output, file.Name), Cancellation);
            Assert.Equal(bytes.Length, file.SizeBytes);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.Sha256);
            var mediaType = file.Name.StartsWith("audio", StringComparison.Ordinal) ? "audio/mp4" : "video/mp4";
            var isPlaylist = file.Name.EndsWith(".m3u8", StringComparison.Ordinal);
            Assert.Equal(isPlaylist ? "application/vnd.apple.mpegurl" : mediaType, file.ContentType);
        }
    }

    [Fact]
    public async Task A_copied_rendition_with_more_keyframes_is_cut_as_the_encoded_ones()
    {
        var (video, _, output) = await videos.GetAsync(SourceKind.Film.Name);
        var folder = Path.Combine(output, "..", "with-copy");
        var copy = await video.CopyAsync(Path.Combine(output, ".."), Cancellation);

        var package = await Packager.PackageAsync(
            [copy, .. video.Tracks], [], folder, EncodedVideo.LongestSegment, video.Expectations, Cancellation);

        Assert.True(package.Report.Passed, package.Report.Failure);
        Assert.Equal(
            await Ffmpeg.DecodeAsync(video.Source, Cancellation, "0:v:0"),
            await Ffmpeg.DecodeAsync(Path.Combine(folder, "copy.m3u8"), Cancellation));
    }

    [Fact]
    public async Task Audio_that_ends_early_in_the_source_is_told_and_not_failed()
    {
        var (video, package, output) = await videos.GetAsync(SourceKind.ShortAudio.Name);

        var check = package.Report.Checks.Single(c => c.Name == "audio-ends-as-planned");
        Assert.Contains("before the video", check.Actual, StringComparison.Ordinal);
        Assert.True(Verify(TimeSpan.FromSeconds(7)).Passed);
        Assert.Equal("audio-ends-as-planned", Verify(TimeSpan.FromSeconds(10)).Checks.Single(c => !c.Passed).Name);

        VerificationReport Verify(TimeSpan audioEnd) =>
            PackageVerifier.Verify(output, video.Tracks, [], video.Expectations with { AudioEnd = audioEnd }, Cancellation);
    }

    private static async Task<string> ExtractAsync(string output, PublishedPlaylist playlist, PublishedSegment segment)
    {
        var media = await File.ReadAllBytesAsync(Path.Combine(output, segment.Uri), Cancellation);
        var init = await File.ReadAllBytesAsync(Path.Combine(output, playlist.Maps[0].Uri), Cancellation);
        var alone = Path.Combine(output, "..", "alone.mp4");
        await File.WriteAllBytesAsync(alone, [.. init, .. media.AsSpan((int)segment.Offset, (int)segment.Length)], Cancellation);
        return alone;
    }
}
