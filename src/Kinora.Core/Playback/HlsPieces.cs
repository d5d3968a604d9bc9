using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Core.Playback;

/// <summary>Reads what the units of an HLS job have published so far.</summary>
public sealed class HlsPieces(IDbContextFactory<KinoraDb> databases)
{
    /// <summary>Pieces of a track; another attempt at the unit has published them.</summary>
    public async Task<int> CountAsync(Guid jobId, string track, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.HlsPieces.CountAsync(p => p.JobId == jobId && p.Track == track, cancellation);
    }

    /// <summary>All of them, in the order of their tracks and numbers.</summary>
    public async Task<IReadOnlyList<HlsPiece>> ListAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.HlsPieces.AsNoTracking().Where(p => p.JobId == jobId).OrderBy(p => p.Track).ThenBy(p => p.Number).ToListAsync(cancellation);
    }

    /// <summary>Pieces of media, in the order of the rows.</summary>
    public static IEnumerable<PublishedPiece> MediaOf(TranscodePlan plan, IEnumerable<HlsPiece> rows) => rows
        .Where(row => plan.Text.All(track => track.Name != row.Track))
        .Select(row => new PublishedPiece(row.Track, row.Number, UriOf(row), JsonSerializer.Deserialize(row.Facts, StoredJson.Default.PieceFacts)!));

    /// <summary>In the plan's order.</summary>
    public static IReadOnlyList<TextRendition> TextOf(TranscodePlan plan, IReadOnlyCollection<HlsPiece> rows) =>
    [
        .. from track in plan.Text
           join row in rows on track.Name equals row.Track
           select new TextRendition(track, UriOf(row), JsonSerializer.Deserialize(row.Facts, StoredJson.Default.TextFacts)!, plan.VideoDurationUs),
    ];

    /// <summary>
    /// The piece's name below its edition: the number of its publication and the file. So no two objects of a video ever share a URI.
    /// </summary>
    public static string UriOf(HlsPiece piece) => UriOf(piece.Prefix, piece.File.Name);

    /// <param name="prefix">Of a publication: "derivatives/VIDEO/JOB/NUMBER/".</param>
    public static string UriOf(string prefix, string fileName) => prefix[(prefix.LastIndexOf('/', prefix.Length - 2) + 1)..] + fileName;
}
