using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Worker.Jobs;

internal static class SourceVideo
{
    /// <exception cref="JobLostException">The video is gone, and the job with it.</exception>
    public static async Task<Video> FindAsync(IDbContextFactory<KinoraDb> databases, ClaimedJob job, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Videos.AsNoTracking().FirstOrDefaultAsync(v => v.Id == job.VideoId && v.DeletedAt == null, cancellation)
            ?? throw new JobLostException();
    }
}
