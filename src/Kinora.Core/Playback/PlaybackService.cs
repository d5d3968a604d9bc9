using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Playback;

/// <summary>Answers what can be played of a video, and finds the object behind a name of a playlist.</summary>
public sealed class PlaybackService(
    KinoraDb db, VideoAccess access, PlaybackToken tokens, ManifestCache manifests, GrowingHls growing, IOptions<PlaybackOptions> options, TimeProvider time)
{
    public const string MasterName = "master.m3u8";
    public const string ThumbnailName = "thumbnail.jpg";

    /// <exception cref="ApiException">CONFLICT: there is nothing to play, yet or for ever.</exception>
    public async Task<PlaybackLinks> GetLinksAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        var video = await access.GetAsync(userId, videoId, cancellation);
        var isComplete = await HasHlsAsync(videoId, cancellation);
        if (!isComplete && !await growing.IsPlayableAsync(videoId, cancellation))
        {
            // It may have been completed between the two looks.
            isComplete = await HasHlsAsync(videoId, cancellation)
                ? true
                : throw Refusal.Conflict(video.Status == VideoStatus.Failed ? "There is nothing to play: the video is FAILED." : "There is nothing to play yet.");
        }

        var pictures = await Current(videoId).Where(d => d.Type == JobType.Thumbnail).Select(d => d.Manifest).FirstOrDefaultAsync(cancellation);
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().Add(options.Value.UrlLifetime).ToUnixTimeSeconds());
        var token = tokens.Issue(videoId, expiresAt);
        return new PlaybackLinks(
            isComplete,
            $"/v1/videos/{videoId}/hls/{token}/{MasterName}",
            pictures is null ? null : $"/v1/videos/{videoId}/thumbnail/{token}",
            pictures?.Files.Any(f => f.Name == StoryboardNames.Text) == true
                ? $"/v1/videos/{videoId}/storyboard/{token}/{StoryboardNames.Text}"
                : null,
            $"/embed/{videoId}/{token}",
            expiresAt);
    }

    /// <summary>
    /// The object of a name in a manifest of the video's HLS: a look-up among strings; no key is ever built from a URL. A derivative that
    /// was replaced minutes ago still serves the players that are in its midst.
    /// </summary>
    /// <exception cref="ApiException">NOT_FOUND: no such name, video or derivative.</exception>
    public async Task<HlsFile> FindHlsFileAsync(Guid videoId, string name, CancellationToken cancellation)
    {
        var found = await FindAllAsync(videoId, JobType.Hls, name, cancellation);
        if (found is [{ IsCurrent: true } current, ..])
        {
            return new HlsFile(current.File, null);
        }

        // What grows comes before what was replaced; the names of the two are of different editions, but for the master's. What it has become
        // between the two looks is the current one.
        if (await growing.FindAsync(videoId, name, cancellation) is { } grown)
        {
            return grown;
        }

        found = found.Count > 0 ? found : await FindAllAsync(videoId, JobType.Hls, name, cancellation);
        return found is [var newest, ..] ? new HlsFile(newest.File, null) : throw Refusal.NotFound();
    }

    public Task<StoredFile> FindThumbnailAsync(Guid videoId, CancellationToken cancellation) => FindPictureAsync(videoId, ThumbnailName, cancellation);

    /// <summary>The storyboard's text, or one of its sprites; found as those of the HLS are.</summary>
    /// <exception cref="ApiException">NOT_FOUND: no such name, video or storyboard.</exception>
    public async Task<StoredFile> FindStoryboardFileAsync(Guid videoId, string name, CancellationToken cancellation)
    {
        var isSprite = StoryboardNames.IsSprite(name);
        return isSprite || name == StoryboardNames.Text
            ? await FindPictureAsync(videoId, name, cancellation) with { IsFixed = isSprite }
            : throw Refusal.NotFound();
    }

    /// <summary>What of a video may be told to who has a link to it.</summary>
    /// <exception cref="ApiException">NOT_FOUND: no such video.</exception>
    public async Task<PlayedVideo> GetPictureAsync(Guid videoId, CancellationToken cancellation)
    {
        var video = await db.Videos.AsNoTracking().FirstOrDefaultAsync(v => v.Id == videoId && v.DeletedAt == null, cancellation) ?? throw Refusal.NotFound();
        var hasThumbnail = await Current(videoId).AnyAsync(d => d.Type == JobType.Thumbnail, cancellation);
        return new PlayedVideo(video.Title, video.MediaInfo?.Video?.DisplayWidth, video.MediaInfo?.Video?.DisplayHeight, hasThumbnail);
    }

    /// <summary>The verification's report of what is published, as JSON.</summary>
    /// <exception cref="ApiException">NOT_FOUND: nothing is published.</exception>
    public async Task<string> GetVerificationAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        return await Current(videoId).Where(d => d.Type == JobType.Hls).Select(d => d.Verification).FirstOrDefaultAsync(cancellation)
            ?? throw Refusal.NotFound("The video has no published renditions.");
    }

    private async Task<StoredFile> FindPictureAsync(Guid videoId, string name, CancellationToken cancellation) =>
        await FindAllAsync(videoId, JobType.Thumbnail, name, cancellation) is [var newest, ..] ? newest.File : throw Refusal.NotFound();

    /// <summary>The newest first.</summary>
    private async Task<List<(bool IsCurrent, StoredFile File)>> FindAllAsync(Guid videoId, JobType type, string name, CancellationToken cancellation)
    {
        var derivatives = await (
            from derivative in db.Derivatives
            join video in db.Videos on derivative.VideoId equals video.Id
            where video.Id == videoId && video.DeletedAt == null && derivative.Type == type
            select new { derivative.Id, derivative.Prefix, derivative.ReplacedAt }).AsNoTracking().ToListAsync(cancellation);
        var found = new List<(bool, StoredFile)>();
        foreach (var derivative in derivatives.OrderBy(d => d.ReplacedAt is not null).ThenByDescending(d => d.ReplacedAt))
        {
            if ((await manifests.GetAsync(derivative.Id, cancellation)).GetValueOrDefault(name) is { } file)
            {
                found.Add((
                    derivative.ReplacedAt is null,
                    new StoredFile(file.KeyUnder(derivative.Prefix), file.SizeBytes, file.Sha256, file.ContentType)));
            }
        }

        return found;
    }

    private Task<bool> HasHlsAsync(Guid videoId, CancellationToken cancellation) =>
        Current(videoId).AnyAsync(d => d.Type == JobType.Hls, cancellation);

    private IQueryable<Derivative> Current(Guid videoId) =>
        db.Derivatives.AsNoTracking().Where(d => d.VideoId == videoId && d.ReplacedAt == null);
}
