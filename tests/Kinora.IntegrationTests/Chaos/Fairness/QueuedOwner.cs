using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Fairness;

/// <summary>
/// An owner and jobs that wait, as rows: more than a user may have over HTTP. The bytes of the videos are missing, so that a worker is done
/// with each analysis at its first attempt.
/// </summary>
internal static class QueuedOwner
{
    /// <returns>The owner's id.</returns>
    public static async Task<Guid> InsertAsync(NpgsqlDataSource database, int jobs, CancellationToken cancellation)
    {
        var ownerId = Guid.CreateVersion7();
        await ExecuteAsync(
            database, $"INSERT INTO users (id, email, normalized_email, password_hash) VALUES ('{ownerId}', '{ownerId}', '{ownerId}', 'none')", cancellation);
        await AddJobsAsync(database, ownerId, jobs, cancellation);
        return ownerId;
    }

    /// <summary>One each of as many new videos, created a millisecond after the other.</summary>
    public static async Task AddJobsAsync(NpgsqlDataSource database, Guid ownerId, int jobs, CancellationToken cancellation)
    {
        await InsertVideosAsync(database, ownerId, jobs, cancellation);
        await ExecuteAsync(database, $$"""
            INSERT INTO jobs (id, video_id, type, status, max_attempts, params, run_after)
            SELECT gen_random_uuid(), v.id, 'ANALYZE', 'QUEUED', 1, '{}', v.created_at
            FROM videos v WHERE v.owner_id = '{{ownerId}}' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.video_id = v.id)
            """, cancellation);
    }

    /// <summary>Videos with jobs that have long ended, so many each.</summary>
    public static async Task AddEndedAsync(NpgsqlDataSource database, Guid ownerId, int videos, int jobsOfEach, CancellationToken cancellation)
    {
        await InsertVideosAsync(database, ownerId, videos, cancellation);

        // The guard lets no job be born ended; alone in the database, the test can go round it.
        await ExecuteAsync(database, $$"""
            ALTER TABLE jobs DISABLE TRIGGER jobs_guard;
            INSERT INTO jobs (id, video_id, owner_id, type, status, progress, attempts, max_attempts, params, fence, started_at, finished_at, dispatched_at, dispatch_count)
            SELECT gen_random_uuid(), v.id, v.owner_id, 'ANALYZE', 'SUCCEEDED', 100, 1, 3, '{}', nextval('job_fence_seq'), now(), now(), now(), 1
            FROM videos v, generate_series(1, {{jobsOfEach}})
            WHERE v.owner_id = '{{ownerId}}' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.video_id = v.id);
            ALTER TABLE jobs ENABLE TRIGGER jobs_guard;
            """, cancellation);
    }

    /// <summary>A video whose HLS job is split: half of the units are done, and have published a piece each.</summary>
    public static async Task AddFilmAsync(NpgsqlDataSource database, Guid ownerId, int units, CancellationToken cancellation)
    {
        await InsertVideosAsync(database, ownerId, 1, cancellation);
        await ExecuteAsync(database, $$"""
            ALTER TABLE jobs DISABLE TRIGGER jobs_guard;
            WITH parent AS (
              INSERT INTO jobs (id, video_id, owner_id, type, status, attempts, max_attempts, params, fence, started_at, run_after)
              SELECT gen_random_uuid(), v.id, v.owner_id, 'HLS', 'RUNNING', 1, 3, '{}', nextval('job_fence_seq'), now(), 'infinity'
              FROM videos v WHERE v.owner_id = '{{ownerId}}' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.video_id = v.id)
              RETURNING id, video_id, owner_id),
            units AS (
              INSERT INTO jobs (
                id, video_id, owner_id, parent_id, type, rank, params, max_attempts, status, progress, attempts, fence, started_at, finished_at, run_after)
              SELECT gen_random_uuid(), video_id, owner_id, id, 'HLS', 2, '{}', 3, u.status, u.progress, u.attempts, u.fence, u.ended, u.ended, now()
              FROM parent, generate_series(1, {{units}} / 2), (
                VALUES ('QUEUED', 0, 0, NULL::bigint, NULL::timestamptz), ('SUCCEEDED', 100, 1, 1, now())) u(status, progress, attempts, fence, ended)
              RETURNING id, parent_id, status)
            INSERT INTO hls_pieces (job_id, track, number, unit_id, fence, prefix, file, facts)
            SELECT parent_id, '720p', row_number() OVER (), id, 1, 'none', '{}', '{}' FROM units WHERE status = 'SUCCEEDED';
            ALTER TABLE jobs ENABLE TRIGGER jobs_guard;
            """, cancellation);
    }

    private static Task InsertVideosAsync(NpgsqlDataSource database, Guid ownerId, int videos, CancellationToken cancellation) => ExecuteAsync(database, $$"""
        INSERT INTO videos (id, owner_id, title, original_filename, status, size_bytes, content_type, sha256, source_key, transcode_after_analysis, created_at)
        SELECT gen_random_uuid(), '{{ownerId}}', 'x', 'x', 'UPLOADED', 1, 'video/mp4', sha256('x'), 'sources/none', false,
          now() - interval '1 hour' + n * interval '1 millisecond'
        FROM generate_series(1, {{videos}}) n
        """, cancellation);

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
