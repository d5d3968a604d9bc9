using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>A piece as it is published: what playlists need of it.</summary>
/// <param name="Number">Its place in its track, from 0.</param>
/// <param name="Uri">As playlists name it.</param>
public sealed record PublishedPiece(string Track, int Number, string Uri, PieceFacts Facts);

/// <summary>Makes a rendition of the pieces of a track.</summary>
public static class PieceRenditions
{
    /// <summary>
    /// The pieces from the first one on without a gap, up to a time: a span that is done before the one in front of it waits for that one.
    /// </summary>
    /// <param name="pieces">Of one track; any order.</param>
    /// <param name="untilUs">Pieces that end after it are left out; null: none.</param>
    public static IReadOnlyList<PublishedPiece> Contiguous(IEnumerable<PublishedPiece> pieces, long? untilUs = null) =>
        [.. pieces.OrderBy(p => p.Number).TakeWhile((piece, i) => piece.Number == i && !(piece.Facts.EndUs > untilUs))];

    /// <param name="pieces">At least one, without gaps.</param>
    public static Rendition Of(IReadOnlyList<PublishedPiece> pieces, decimal frameRate, string? language)
    {
        var first = pieces[0];
        var objects = new List<RenditionObject>();
        var init = new MediaInit(first.Uri, first.Facts.InitLength);
        var initHash = first.Facts.InitSha256;
        foreach (var piece in pieces)
        {
            if (piece.Facts.InitSha256 != initHash)
            {
                (init, initHash) = (new MediaInit(piece.Uri, piece.Facts.InitLength), piece.Facts.InitSha256);
            }

            objects.Add(new RenditionObject(piece.Uri, init, Segments(piece.Facts)));
        }

        return new Rendition(first.Track, first.Facts.Description, objects) { FrameRate = frameRate, Language = language };
    }

    private static List<Segment> Segments(PieceFacts facts)
    {
        var segments = new List<Segment>(facts.Segments.Count);
        for (var i = 0; i < facts.Segments.Count; i++)
        {
            // The priming of AAC lies before 0 and is not presented.
            var start = Math.Max(0, Us(facts.Segments[i].StartTicks));
            var end = i + 1 < facts.Segments.Count ? Us(facts.Segments[i + 1].StartTicks) : facts.EndUs;
            segments.Add(new Segment(facts.Segments[i].Offset, facts.Segments[i].Length, facts.Segments[i].FirstFrameLength, end - start));
        }

        return segments;

        long Us(long ticks) => new MediaTime(ticks, facts.Timescale).Microseconds;
    }
}
