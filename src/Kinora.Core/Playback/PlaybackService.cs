using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Playback;

/// <summary>Answers what can be played of a video, and finds the object behind a name of a playlist.</summary>
public sealed class PlaybackService(
    KinoraDb db, VideoAccess access, PlaybackToken tokens, IOptions<PlaybackOptions> options, TimeProvider time)
{
    public const string MasterName = "master.m3u8";
    public const string ThumbnailName = "thumbnail.jpg";

    /// <exception cref="ApiException">CONFLICT: there is nothing to play yet.</exception>
    public async Task<PlaybackLinks> GetLinksAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        if (!await Current(videoId).AnyAsync(d => d.Type == JobType.Hls, cancellation))
        {
            throw Refusal.Conflict("There is nothing to play yet.");
        }

        var pictures = await Current(videoId).Where(d => d.Type == JobType.Thumbnail).Select(d => d.Manifest).FirstOrDefaultAsync(cancellation);
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().Add(options.Value.UrlLifetime).ToUnixTimeSeconds());
        var token = tokens.Issue(videoId, expiresAt);
        return new PlaybackLinks(
            $"/v1/videos/{videoId}/hls/{token}/{MasterName}",
            pictures is null ? null : $"/v1/videos/{videoId}/thumbnail/{token}",
            pictures?.Files.Any(f => f.Name == StoryboardNames.Text) == true
                ? $"/v1/videos/{videoId}/storyboard/{token}/{StoryboardNames.Text}"
                : null,
            expiresAt);
    }

    /// <summary>
    /// The object of a name in a manifest of the video's HLS: a look-up among strings; no key is ever built from a URL. A derivative that
    /// was replaced minutes ago still serves the players that are in its midst.
    /// </summary>
    /// <exception cref="ApiException">NOT_FOUND: no such name, video or derivative.</exception>
    public Task<StoredFile> FindHlsFileAsync(Guid videoId, string name, CancellationToken cancellation) =>
        FindAsync(videoId, JobType.Hls, name, cancellation);

    public Task<StoredFile> FindThumbnailAsync(Guid videoId, CancellationToken cancellation) =>
        FindAsync(videoId, JobType.Thumbnail, ThumbnailName, cancellation);

    /// <summary>The storyboard's text, or one of its sprites; found as those of the HLS are.</summary>
    /// <exception cref="ApiException">NOT_FOUND: no such name, video or storyboard.</exception>
    public async Task<StoredFile> FindStoryboardFileAsync(Guid videoId, string name, CancellationToken cancellation)
    {
        var isSprite = StoryboardNames.IsSprite(name);
        return isSprite || name == StoryboardNames.Text
            ? await FindAsync(videoId, JobType.Thumbnail, name, cancellation) with { IsFixed = isSprite }
            : throw Refusal.NotFound();
    }

    /// <summary>The verification's report of what is published, as JSON.</summary>
    /// <exception cref="ApiException">NOT_FOUND: nothing is published.</exception>
    public async Task<string> GetVerificationAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        await access.GetAsync(userId, videoId, cancellation);
        return await Current(videoId).Where(d => d.Type == JobType.Hls).Select(d => d.Verification).FirstOrDefaultAsync(cancellation)
            ?? throw Refusal.NotFound("The video has no published renditions.");
    }

    private async Task<StoredFile> FindAsync(Guid videoId, JobType type, string name, CancellationToken cancellation)
    {
        var derivatives = await (
            from derivative in db.Derivatives
            join video in db.Videos on derivative.VideoId equals video.Id
            where video.Id == videoId && video.DeletedAt == null && derivative.Type == type
            select new { derivative.Prefix, derivative.Manifest, derivative.ReplacedAt }).AsNoTracking().ToListAsync(cancellation);
        foreach (var derivative in derivatives.OrderBy(d => d.ReplacedAt is not null).ThenByDescending(d => d.ReplacedAt))
        {
            if (derivative.Manifest.Files.FirstOrDefault(f => f.Name == name) is { } file)
            {
                return new StoredFile(derivative.Prefix + file.Name, file.SizeBytes, file.Sha256, file.ContentType);
            }
        }

        throw Refusal.NotFound();
    }

    private IQueryable<Derivative> Current(Guid videoId) =>
        db.Derivatives.AsNoTracking().Where(d => d.VideoId == videoId && d.ReplacedAt == null);
}
