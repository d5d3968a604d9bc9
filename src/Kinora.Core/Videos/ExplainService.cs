using System.Data;
using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Videos;

/// <summary>
/// Says in words and codes why a video is not ready and what happens next, from nothing but the database: its rows at one moment, and its
/// clock.
/// </summary>
public sealed class ExplainService(KinoraDb db, VideoAccess access, IOptions<JobOptions> options)
{
    /// <summary>Where counting ends: more would be told no better.</summary>
    private const int MostJobsBefore = 1000;

    public async Task<Explanation> ExplainAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        // One snapshot: a job that ends between two reads would be told as the reason for what it has ended.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var video = await access.GetAsync(userId, videoId, cancellation);
        var jobs = await db.Jobs.AsNoTracking().Where(j => j.VideoId == videoId && j.ParentId == null).OrderByDescending(j => j.Id).ToListAsync(cancellation);
        var (now, places) = await FindPlacesAsync(videoId, cancellation);
        var parked = jobs.Where(j => j.IsParked).Select(j => (Guid?)j.Id).ToArray();
        var units = parked.Length == 0 ? [] : await db.Jobs.AsNoTracking().Where(j => parked.Contains(j.ParentId)).ToListAsync(cancellation);
        return ExplainVideo.Of(video, jobs, new ExplainJob(places, units.ToLookup(u => u.ParentId), options.Value, now));
    }

    /// <summary>The database's time, and where those of the video's jobs stand that no worker has.</summary>
    private async Task<(DateTimeOffset Now, IReadOnlyList<WaitingPlace> Places)> FindPlacesAsync(Guid videoId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT clock.now, j.type,
              (SELECT count(*) FROM (
                 SELECT 1 FROM jobs b
                 WHERE b.type = j.type AND b.owner_id = j.owner_id AND b.status IN ('QUEUED', 'RUNNING') AND b.lease_owner IS NULL
                   AND b.parent_id IS NULL AND (b.run_after, b.id) < (j.run_after, j.id) LIMIT @most) earlier),
              (SELECT max(r.heartbeat_at) FROM jobs r WHERE r.type = j.type AND r.lease_owner IS NOT NULL AND r.lease_until > clock.now)
            FROM (SELECT clock_timestamp() AS now) clock
              LEFT JOIN jobs j ON j.video_id = @video AND j.status IN ('QUEUED', 'RUNNING') AND j.lease_owner IS NULL
                AND j.parent_id IS NULL AND j.run_after < 'infinity'
            """,
            (NpgsqlConnection)db.Database.GetDbConnection());
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("most", MostJobsBefore);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var now = default(DateTimeOffset);
        var places = new List<WaitingPlace>();
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1))
            {
                places.Add(new WaitingPlace(
                    JobTypeName.Parse(reader.GetString(1)),
                    reader.GetInt64(2),
                    reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
            }
        }

        return (now, places);
    }
}
