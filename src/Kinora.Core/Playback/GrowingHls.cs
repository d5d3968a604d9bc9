using System.Collections.Concurrent;
using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Transcoding.Units;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace Kinora.Core.Playback;

/// <summary>
/// The HLS of a video while its job is under way, out of the rows of its pieces: playlists are written when they are asked for, and kept for
/// a second, since all viewers ask for the same ones and a long film's facts are long. All of them are of one moment, so that no sound is
/// ahead of its pictures, and the next time may only have more at their ends.
/// </summary>
public sealed class GrowingHls(IDbContextFactory<KinoraDb> databases, TimeProvider time) : IDisposable
{
    private const int MaxJobs = 100;
    private static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(1);

    /// <summary>How long a video is kept back for its text, which takes as long as its file is read.</summary>
    private static readonly TimeSpan TextWait = TimeSpan.FromSeconds(10);
    private readonly MemoryCache _moments = new(new MemoryCacheOptions { SizeLimit = MaxJobs });

    public async Task<bool> IsPlayableAsync(Guid videoId, CancellationToken cancellation) =>
        await FindAsync(videoId, PlaybackService.MasterName, cancellation) is not null;

    /// <summary>Null: no such name, or not yet.</summary>
    public async Task<HlsFile?> FindAsync(Guid videoId, string name, CancellationToken cancellation)
    {
        if (await FindJobAsync(videoId, cancellation) is not { } job)
        {
            return null;
        }

        if (name == PlaybackService.MasterName)
        {
            return await GetPlaylistAsync(job, name, cancellation);
        }

        var edition = FormattableString.Invariant($"{job.Edition}/");
        if (!name.StartsWith(edition, StringComparison.Ordinal))
        {
            return null;
        }

        var path = name[edition.Length..];
        return path.Contains('/')
            ? await FindPieceAsync(job, path, cancellation)
            : await GetPlaylistAsync(job, path, cancellation);
    }

    public void Dispose() => _moments.Dispose();

    private async Task<GrowingJob?> FindJobAsync(Guid videoId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Jobs.AsNoTracking()
            .Where(j => j.VideoId == videoId && j.Type == JobType.Hls && j.ParentId == null && j.Status == JobStatus.Running && j.Plan != null)
            .Where(j => j.Video!.DeletedAt == null)
            .Select(j => new GrowingJob(j.Id, j.VideoId, j.Fence!.Value))
            .FirstOrDefaultAsync(cancellation);
    }

    /// <param name="name">Of the master, or of a playlist below the edition.</param>
    private async Task<HlsFile?> GetPlaylistAsync(GrowingJob job, string name, CancellationToken cancellation)
    {
        // Loaded for whoever asks meanwhile too: it goes on when the one who asked first has left.
        var loading = _moments.GetOrCreate(job, entry =>
        {
            (entry.Size, entry.AbsoluteExpirationRelativeToNow) = (1, KeepTime);
            return new Lazy<Task<Moment?>>(() => LoadAsync(job, CancellationToken.None));
        })!;
        var moment = await loading.Value.WaitAsync(cancellation);
        if (moment?.Playlist(PlaybackService.MasterName) is null)
        {
            // Who waits for the first picture does not wait for a second.
            _moments.Remove(job);
        }

        return moment?.Playlist(name) is { } text ? new HlsFile(null, text) : null;
    }

    /// <returns>Null: it is not made of spans.</returns>
    private async Task<Moment?> LoadAsync(GrowingJob job, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Jobs.AsNoTracking().Where(j => j.Id == job.Id).Select(j => j.Plan).FirstOrDefaultAsync(cancellation) is { } stored
            && JsonSerializer.Deserialize(stored, StoredJson.Default.TranscodePlan) is { Spans: not null } plan
            ? new Moment(await LoadAsync(db, job, plan, cancellation))
            : null;
    }

    private async Task<GrowingPackage> LoadAsync(
        KinoraDb db, GrowingJob job, TranscodePlan plan, CancellationToken cancellation)
    {
        // What has ended first: a track that ends between the two looks has its last piece then, and its end the next time.
        var units = await db.Jobs.AsNoTracking()
            .Where(j => j.ParentId == job.Id && j.Rank <= UnitsOfPlan.Sound)
            .Select(j => new GrowingUnit(j.Params, j.Status == JobStatus.Succeeded, j.CreatedAt))
            .ToListAsync(cancellation);
        var rows = await db.HlsPieces.AsNoTracking().Where(p => p.JobId == job.Id).ToListAsync(cancellation);
        var endedTracks = units
            .Where(unit => unit.HasEnded)
            .Select(unit => unit.What.Unit switch
            {
                UnitKind.Audio => plan.Audio[unit.What.Number].Name,
                UnitKind.Copy => plan.Copied?.Name,
                _ => null,
            });
        return new GrowingPackage(
            plan,
            job.Edition,
            HlsPieces.MediaOf(plan, rows),
            endedTracks.OfType<string>().ToHashSet(),
            HlsPieces.TextOf(plan, rows),
            awaitsText: units.Exists(
                unit => unit is { HasEnded: false, What.Unit: UnitKind.Text } && time.GetUtcNow() - unit.CreatedAt < TextWait));
    }

    /// <summary>A look-up among what was published: no key is ever built from a URL.</summary>
    private async Task<HlsFile?> FindPieceAsync(GrowingJob job, string path, CancellationToken cancellation)
    {
        var slash = path.IndexOf('/');
        var prefix = ObjectKey.JobPrefix(job.VideoId, job.Id) + path[..(slash + 1)];
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.HlsPieces.AsNoTracking().Where(p => p.JobId == job.Id && p.Prefix == prefix).ToListAsync(cancellation);
        return rows.FirstOrDefault(row => row.File.Name == path[(slash + 1)..]) is { } found
            ? new HlsFile(new StoredFile(found.Prefix + found.File.Name, found.File.SizeBytes, found.File.Sha256, found.File.ContentType), null)
            : null;
    }

    /// <param name="Edition">The fence of the attempt that planned it.</param>
    private sealed record GrowingJob(Guid Id, Guid VideoId, long Edition);

    private sealed record GrowingUnit(JsonDocument Params, bool HasEnded, DateTimeOffset CreatedAt)
    {
        public UnitParams What { get; } = UnitParams.Parse(Params.RootElement.GetRawText());
    }

    /// <summary>All playlists as they stood once, each written when it is first asked for.</summary>
    private sealed class Moment(GrowingPackage package)
    {
        private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

        /// <returns>Null: no such name, or nothing of it yet.</returns>
        public string? Playlist(string name)
        {
            if (_texts.TryGetValue(name, out var text))
            {
                return text;
            }

            var written = name == PlaybackService.MasterName ? package.Master() : package.Media(name);
            return written is null ? null : _texts.GetOrAdd(name, written);
        }
    }
}
