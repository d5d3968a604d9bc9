using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Transcoding.Units;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Core.Playback;

/// <summary>
/// The HLS of a video while its job is under way, out of the rows of its pieces: playlists are written when they are asked for. They are
/// those of one moment, and the next time may only have more at their ends.
/// </summary>
public sealed class GrowingHls(KinoraDb db)
{
    public async Task<bool> IsPlayableAsync(Guid videoId, CancellationToken cancellation) =>
        await FindJobAsync(videoId, cancellation) is { } job
        && await FindPlanAsync(job.Id, cancellation) is { } plan
        && (await LoadAsync(job, plan, plan.Tracks, cancellation)).IsPlayable;

    /// <summary>Null: no such name, or not yet.</summary>
    public async Task<HlsFile?> FindAsync(Guid videoId, string name, CancellationToken cancellation)
    {
        if (await FindJobAsync(videoId, cancellation) is not { } job)
        {
            return null;
        }

        if (name == PlaybackService.MasterName)
        {
            return await FindPlanAsync(job.Id, cancellation) is { } whole
                ? Playlist((await LoadAsync(job, whole, whole.Tracks, cancellation)).Master())
                : null;
        }

        var edition = FormattableString.Invariant($"{job.Edition}/");
        if (!name.StartsWith(edition, StringComparison.Ordinal))
        {
            return null;
        }

        var path = name[edition.Length..];
        if (path.Contains('/'))
        {
            return await FindPieceAsync(job, path, cancellation);
        }

        return await FindPlanAsync(job.Id, cancellation) is { } plan && GrowingPackage.TracksOf(plan, path) is { } tracks
            ? Playlist((await LoadAsync(job, plan, tracks, cancellation)).Media(path))
            : null;
    }

    private static HlsFile? Playlist(string? text) => text is null ? null : new HlsFile(null, text);

    private async Task<GrowingJob?> FindJobAsync(Guid videoId, CancellationToken cancellation) => await db.Jobs.AsNoTracking()
        .Where(j => j.VideoId == videoId && j.Type == JobType.Hls && j.ParentId == null && j.Status == JobStatus.Running && j.Plan != null)
        .Where(j => j.Video!.DeletedAt == null)
        .Select(j => new GrowingJob(j.Id, j.VideoId, j.Fence!.Value))
        .FirstOrDefaultAsync(cancellation);

    /// <summary>Null: it is not made of spans.</summary>
    private async Task<TranscodePlan?> FindPlanAsync(Guid jobId, CancellationToken cancellation) =>
        await db.Jobs.AsNoTracking().Where(j => j.Id == jobId).Select(j => j.Plan).FirstOrDefaultAsync(cancellation) is { } stored
        && JsonSerializer.Deserialize(stored, StoredJson.Default.TranscodePlan) is { Spans: not null } plan
            ? plan
            : null;

    private async Task<GrowingPackage> LoadAsync(
        GrowingJob job, TranscodePlan plan, IReadOnlyList<string> tracks, CancellationToken cancellation)
    {
        // What has ended first: a track that ends between the two looks has its last piece then, and its end the next time.
        var ended = await db.Jobs.AsNoTracking()
            .Where(j => j.ParentId == job.Id && j.Status == JobStatus.Succeeded && j.Rank <= UnitsOfPlan.Sound)
            .Select(j => j.Params)
            .ToListAsync(cancellation);
        var rows = await db.HlsPieces.AsNoTracking().Where(p => p.JobId == job.Id && tracks.Contains(p.Track)).ToListAsync(cancellation);
        var endedTracks = ended
            .Select(p => UnitParams.Parse(p.RootElement.GetRawText()))
            .Select(unit => unit.Unit switch
            {
                UnitKind.Audio => plan.Audio[unit.Number].Name,
                UnitKind.Copy => plan.Copied?.Name,
                _ => null,
            });
        return new GrowingPackage(
            plan,
            job.Edition,
            rows.Select(row => new PublishedPiece(row.Track, row.Number, HlsPieces.UriOf(row), HlsPieces.FactsOf(row))),
            endedTracks.OfType<string>().ToHashSet());
    }

    /// <summary>A look-up among what was published: no key is ever built from a URL.</summary>
    private async Task<HlsFile?> FindPieceAsync(GrowingJob job, string path, CancellationToken cancellation)
    {
        var slash = path.IndexOf('/');
        var prefix = ObjectKey.JobPrefix(job.VideoId, job.Id) + path[..(slash + 1)];
        var rows = await db.HlsPieces.AsNoTracking().Where(p => p.JobId == job.Id && p.Prefix == prefix).ToListAsync(cancellation);
        return rows.FirstOrDefault(row => row.File.Name == path[(slash + 1)..]) is { } found
            ? new HlsFile(new StoredFile(found.Prefix + found.File.Name, found.File.SizeBytes, found.File.Sha256, found.File.ContentType), null)
            : null;
    }

    /// <param name="Edition">The fence of the attempt that planned it.</param>
    private sealed record GrowingJob(Guid Id, Guid VideoId, long Edition);
}
