using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Core.Videos;

/// <summary>The one place that decides who may touch a video: its owner.</summary>
public sealed class VideoAccess(KinoraDb db)
{
    /// <exception cref="ApiException">NOT_FOUND: no such video, or deleted. FORBIDDEN: it is another user's.</exception>
    public async Task<Video> GetAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        var video = await db.Videos.AsNoTracking().FirstOrDefaultAsync(v => v.Id == videoId && v.DeletedAt == null, cancellation)
            ?? throw Refusal.NotFound();
        return video.OwnerId == userId ? video : throw Refusal.Forbidden();
    }
}
