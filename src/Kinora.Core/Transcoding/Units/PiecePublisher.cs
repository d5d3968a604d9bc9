using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Core.Transcoding.Units;

/// <summary>A piece on disk that was read back and found good.</summary>
/// <param name="Facts">As JSON.</param>
public sealed record VerifiedPiece(string Track, int Number, LocalFile File, string Facts);

/// <summary>Verifies pieces and makes them seen, one publication at a time.</summary>
public sealed class PiecePublisher(Publisher publisher, CompleteJob complete)
{
    /// <param name="way">What is to be avoided where it fails.</param>
    /// <param name="segments">The ranges of the file that playlists will name.</param>
    /// <param name="end">Where the next piece starts; null: where the last frame ends.</param>
    /// <param name="check">What else must hold, of its facts and the times of its frames in ticks.</param>
    /// <exception cref="NotAsPlannedException">A check failed; it is not published.</exception>
    internal static async Task<VerifiedPiece> VerifyAsync(
        string track,
        int number,
        string path,
        string way,
        IReadOnlyList<Segment> segments,
        MediaTime? end,
        Action<CheckList, PieceFacts, IReadOnlyList<long>> check,
        CancellationToken cancellation)
    {
        var checks = new CheckList();
        var (facts, sha256, ticks) = await PieceReader.ReadAsync(track, path, segments, end, checks, cancellation);
        check(checks, facts, ticks);
        if (checks.ToReport().Failure is { } failure)
        {
            throw new NotAsPlannedException(way, isCertain: false, failure);
        }

        var file = new LocalFile(
            PackageLayout.Piece(track, number), path, new FileInfo(path).Length, sha256, ContentTypes.Of(facts.Description.Kind));
        return new VerifiedPiece(track, number, file, JsonSerializer.Serialize(facts, StoredJson.Default.PieceFacts));
    }

    /// <summary>The unit is done, and has nothing to publish.</summary>
    /// <exception cref="JobLostException">The attempt no longer holds the unit.</exception>
    public async Task SkipAsync(ClaimedJob unit, CancellationToken cancellation)
    {
        if (!await complete.PiecesAsync(unit, [], string.Empty, isLast: true, cancellation))
        {
            throw new JobLostException();
        }
    }

    /// <param name="isLast">The unit is done with them.</param>
    /// <exception cref="JobLostException">The attempt no longer holds the unit.</exception>
    public async Task PublishAsync(
        ClaimedJob unit, IReadOnlyList<VerifiedPiece> pieces, bool isLast, Action<double> onProgress, CancellationToken cancellation)
    {
        var prefix = await publisher.BeginPrefixAsync(unit, cancellation);
        await publisher.PutAsync(prefix, [.. pieces.Select(p => p.File)], onProgress, cancellation);
        var rows = pieces.Select(p => new HlsPiece
        {
            JobId = unit.ParentId!.Value,
            Track = p.Track,
            Number = p.Number,
            UnitId = unit.Id,
            Fence = unit.Fence,
            Prefix = prefix,
            File = new ManifestFile(p.File.Name, p.File.SizeBytes, p.File.Sha256, p.File.ContentType),
            Facts = p.Facts,
        }).ToArray();
        if (!await complete.PiecesAsync(unit, rows, prefix, isLast, cancellation))
        {
            throw new JobLostException();
        }
    }
}
