using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>Reads a piece back as it lies on disk, and says what of it is not as it must be.</summary>
internal static class PieceReader
{
    /// <param name="segments">The ranges that playlists will name.</param>
    /// <param name="end">Where the next piece starts; null: where the last frame ends.</param>
    /// <param name="checks">Gets what was found.</param>
    /// <exception cref="IsoMediaException">The file is damaged.</exception>
    public static async Task<(PieceFacts Facts, string Sha256, IReadOnlyList<long> FrameTicks)> ReadAsync(
        string track, string path, IReadOnlyList<Segment> segments, MediaTime? end, CheckList checks, CancellationToken cancellation)
    {
        InitSegment init;
        await using (var stream = File.OpenRead(path))
        {
            init = InitSegment.Read(stream);
        }

        var reader = new SegmentReader(init);
        reader.ReadObject(path, [.. segments.Select(s => new PublishedSegment("", s.Offset, s.Length, s.DurationUs))], cancellation);
        var found = reader.Segments;
        checks.AddFault("ranges-cover-the-objects", track, "ranges of whole fragments that cover every byte once", RangeFault());
        checks.AddFault("segments-start-with-idr", track, "every segment can be decoded by itself", found.FirstOrDefault(s => s.StartFault is not null)?.StartFault);
        checks.AddFault("decode-times-are-continuous", track, "no gap and no overlap between fragments", reader.DecodeTimeFault);
        var (initHash, hash) = await PieceFile.HashAsync(path, init.Length, cancellation);
        var last = found.Count > 0 ? found.Max(s => s.End.Ticks) : 0;
        var endTime = end ?? new MediaTime(last, init.Timescale);
        var facts = new PieceFacts
        {
            InitLength = init.Length,
            InitSha256 = initHash,
            Description = init.Description,
            Timescale = init.Timescale,
            PresentationShift = init.PresentationShift,
            DecodeStart = reader.DecodeStart,
            DecodeEnd = reader.DecodeEnd,
            EndTicks = endTime.Timescale == init.Timescale ? endTime.Ticks : last,
            EndUs = endTime.Microseconds,
            Segments = [.. found.Zip(segments, (fact, range) => new PieceSegment(
                range.Offset, range.Length, fact.FirstFrameLength, fact.Start.Ticks, fact.Latest.Ticks, fact.End.Ticks, fact.Frames))],
        };
        return (facts, hash, reader.FrameTicks);

        string? RangeFault() => reader.RangeFault
            ?? (segments.Count == 0 || segments[0].Offset != init.Length ? "the first segment does not follow the init segment" : null)
            ?? (found.Count != segments.Count ? $"{found.Count} segments for {segments.Count} ranges" : null);
    }
}
