using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

/// <summary>A piece that is not as it must be is found when it is read back, before it is published.</summary>
public sealed class PieceReaderTests(PackagedVideos videos) : IClassFixture<PackagedVideos>, IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Piece => _folder.Path("piece.mp4");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_piece_as_it_was_written_passes()
    {
        var segments = await MakeAsync();

        Assert.True(segments.Count > 1);
        Assert.Empty(await FailuresAsync(segments));
    }

    [Fact]
    public async Task A_flipped_byte_in_a_decode_time() =>
        await ShouldFailAsync("decode-times-are-continuous", media => media[IndexOf(media, "tfdt"u8, after: IndexOf(media, "tfdt"u8) + 4) + 14] ^= 1);

    [Fact]
    public async Task A_first_picture_that_is_no_idr() =>
        await ShouldFailAsync("segments-start-with-idr", media => media[IndexOf(media, [0x65, 0x88])] = 0x41);

    [Fact]
    public async Task A_first_sample_without_its_sync_flag() =>

        // version and flags, count, data offset, then the flags of the first sample: sample_is_non_sync_sample is bit 16 of them.
        await ShouldFailAsync("segments-start-with-idr", media => media[IndexOf(media, "trun"u8) + 4 + 12 + 1] |= 1);

    [Fact]
    public async Task A_segment_that_is_not_there()
    {
        var segments = await MakeAsync();
        PieceFile.Truncate(Piece, segments[^1].Offset);

        Assert.Contains("ranges-cover-the-objects", await FailuresAsync(segments));
    }

    [Fact]
    public async Task A_segment_that_no_range_covers()
    {
        var segments = await MakeAsync();

        Assert.Contains("ranges-cover-the-objects", await FailuresAsync([.. segments.SkipLast(1)]));
        Assert.Contains("ranges-cover-the-objects", await FailuresAsync([.. segments.Skip(1)]));
    }

    [Fact]
    public async Task A_range_that_begins_within_a_fragment()
    {
        var segments = await MakeAsync();

        Assert.Contains(
            "ranges-cover-the-objects",
            await FailuresAsync([segments[0] with { Length = segments[0].Length + 8 }, segments[1] with { Offset = segments[1].Offset + 8, Length = segments[1].Length - 8 }, .. segments.Skip(2)]));
    }

    [Fact]
    public async Task A_file_that_was_cut_off()
    {
        var segments = await MakeAsync();
        PieceFile.Truncate(Piece, new FileInfo(Piece).Length - 1);

        await Assert.ThrowsAsync<IsoMediaException>(() => FailuresAsync(segments));
    }

    private static int IndexOf(byte[] media, ReadOnlySpan<byte> what, int after = 0) => after + media.AsSpan(after).IndexOf(what);

    private async Task ShouldFailAsync(string check, Action<byte[]> spoil)
    {
        var segments = await MakeAsync();
        var media = await File.ReadAllBytesAsync(Piece, Cancellation);
        spoil(media);
        await File.WriteAllBytesAsync(Piece, media, Cancellation);

        Assert.Contains(check, await FailuresAsync(segments));
    }

    /// <summary>What the encoder wrote, and the segments that it has.</summary>
    private async Task<IReadOnlyList<Segment>> MakeAsync()
    {
        var video = (await videos.GetAsync(SourceKind.Film.Name)).Video;
        File.Copy(video.Tracks[0].Path, Piece);
        using var file = new TrackFile(Piece, TrackKind.Video);
        var fragments = file.ReadNew();
        return Segmenter.CutVideo(fragments, [.. video.Starts.Select(s => (long)Math.Round(s * 1_000_000))], fragments[0].Offset, null);
    }

    private async Task<string[]> FailuresAsync(IReadOnlyList<Segment> segments)
    {
        var checks = new CheckList();
        await PieceReader.ReadAsync("180p", Piece, segments, null, checks, Cancellation);
        return [.. checks.ToReport().Checks.Where(c => !c.Passed).Select(c => c.Name)];
    }
}
