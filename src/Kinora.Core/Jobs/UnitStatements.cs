namespace Kinora.Core.Jobs;

/// <summary>
/// Those of the <see cref="JobStatements"/> that are about units: the parts of one job, its parent, which are jobs in the table and are claimed
/// and ended as any.
/// </summary>
public abstract record UnitStatements
{
    /// <summary>This attempt still holds the job.</summary>
    private protected const string Mine = "id = @id AND status = 'RUNNING' AND fence = @fence AND lease_owner IS NOT NULL";

    private protected const string NoOwner = "lease_owner = NULL, lease_until = NULL";

    /// <summary>
    /// A parent whose units do its work: nobody's, and never to be claimed again. Its fence stays that of the attempt that parked it. The
    /// condition of an index.
    /// </summary>
    private const string Parked = "status = 'RUNNING' AND lease_owner IS NULL AND parent_id IS NULL AND run_after = 'infinity'";

    private const string Live = "status IN ('QUEUED', 'RUNNING')";

    /// <summary>After the video, which is locked so that no deletion looks past the units.</summary>
    public string Park { get; init; } = $"""
        UPDATE jobs
        SET plan = @plan::jsonb, run_after = 'infinity', heartbeat_at = clock_timestamp(), deferrals = 0, deferred_since = NULL, {NoOwner},
            dispatched_at = NULL
        WHERE {Mine} AND parent_id IS NULL
        """;

    /// <summary>In the order of the arrays; the last unit waits until it is woken.</summary>
    public string InsertUnits { get; init; } = """
        INSERT INTO jobs (id, video_id, type, status, params, max_attempts, request_id, parent_id, rank, weight, run_after)
        SELECT u.id, p.video_id, p.type, 'QUEUED', u.params::jsonb, p.max_attempts, p.request_id, p.id, u.rank, u.weight,
          CASE WHEN u.is_last THEN 'infinity' ELSE clock_timestamp() END
        FROM jobs p, unnest(@units, @params, @ranks, @weights, @lasts) AS u(id, params, rank, weight, is_last)
        WHERE p.id = @id
        """;

    /// <summary>
    /// Parents for which something is to be done, @parent alone or (null) all: parked ones with a failed unit, or whose last unit is all that
    /// is left, or that have none any more; ended ones with live units or with pieces.
    /// </summary>
    public string FindUnsettled { get; init; } = $"""
        WITH unsettled AS (
          SELECT p.id FROM jobs p
          WHERE (@parent::uuid IS NULL OR p.id = @parent) AND p.{Parked} AND (
            EXISTS (SELECT 1 FROM jobs u WHERE u.parent_id = p.id AND u.status = 'FAILED')
            OR NOT EXISTS (SELECT 1 FROM jobs u WHERE u.parent_id = p.id AND u.{Live} AND u.run_after < 'infinity'))
          UNION
          SELECT u.parent_id FROM jobs u
          WHERE (@parent::uuid IS NULL OR u.parent_id = @parent) AND u.parent_id IS NOT NULL AND u.{Live}
            AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.id = u.parent_id AND p.{Live})
          UNION
          SELECT h.job_id FROM hls_pieces h
          WHERE (@parent::uuid IS NULL OR h.job_id = @parent)
            AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.id = h.job_id AND p.{Live}))
        SELECT j.id, j.video_id, j.type FROM jobs j WHERE j.id IN (SELECT id FROM unsettled) ORDER BY j.id LIMIT 100
        """;

    /// <summary>The first statements of settling a parent: whoever settles, cancels or completes it comes before or after.</summary>
    public string LockParentToSettle { get; init; } = """
        SELECT 1 FROM videos WHERE id = @video FOR NO KEY UPDATE;
        SELECT 1 FROM jobs WHERE id = @parent FOR NO KEY UPDATE;
        """;

    /// <summary>The error that a parked parent ends with, if it does: that of the unit that failed first. Null: it has no unit left at all.</summary>
    public string FindUnitFailure { get; init; } = $"""
        SELECT f.error_code, f.error_message
        FROM jobs p LEFT JOIN LATERAL (
          SELECT u.error_code, u.error_message FROM jobs u WHERE u.parent_id = p.id AND u.status = 'FAILED'
          ORDER BY u.finished_at, u.id LIMIT 1) f ON true
        WHERE p.id = @parent AND p.{Parked}
          AND (f.error_code IS NOT NULL OR NOT EXISTS (SELECT 1 FROM jobs u WHERE u.parent_id = p.id AND u.{Live}))
        """;

    public string FailParent { get; init; } = $"""
        UPDATE jobs SET status = 'FAILED', finished_at = clock_timestamp(), error_code = @code, error_message = @message
        WHERE id = @parent AND {Parked}
        """;

    /// <summary>Of a parent that has ended. A statement of its own, after the parent's: it sees units that were made until then.</summary>
    public string CancelUnits { get; init; } = $"""
        WITH live AS (
          SELECT u.id FROM jobs u
          WHERE u.parent_id = @parent AND u.{Live} AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.id = u.parent_id AND p.{Live})
          ORDER BY u.id FOR UPDATE)
        UPDATE jobs SET status = 'CANCELED', finished_at = clock_timestamp(), {NoOwner}
        FROM live WHERE jobs.id = live.id AND jobs.{Live}
        RETURNING jobs.id
        """;

    /// <summary>Once: who comes second finds that it waits no longer.</summary>
    public string WakeLastUnit { get; init; } = $"""
        UPDATE jobs l SET run_after = clock_timestamp(), dispatched_at = NULL
        WHERE l.parent_id = @parent AND l.{Live} AND l.run_after = 'infinity'
          AND EXISTS (SELECT 1 FROM jobs p WHERE p.id = @parent AND p.{Parked})
          AND NOT EXISTS (
            SELECT 1 FROM jobs u WHERE u.parent_id = @parent AND u.id <> l.id AND (u.{Live} OR u.status = 'FAILED'))
        RETURNING l.id
        """;

    /// <summary>What a parent that came to nothing has published is served no more, and goes at once.</summary>
    public string DoomPieces { get; init; } = """
        WITH gone AS (
          DELETE FROM hls_pieces WHERE job_id IN (SELECT id FROM jobs WHERE id = @parent AND status IN ('FAILED', 'CANCELED'))
          RETURNING prefix)
        UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp()
        WHERE prefix IN (SELECT prefix FROM gone) AND state = 'PUBLISHED'
        """;

    /// <summary>
    /// A beat, or the end, of a unit moves its parent. One that somebody else has locked is passed over, and moves with the next beat: no
    /// worker's leases wait for another worker's transaction.
    /// </summary>
    public string MoveParents { get; init; } = $"""
        WITH parked AS (
          SELECT id FROM jobs WHERE id = ANY (@parents) AND {Parked} ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE jobs p
        SET heartbeat_at = clock_timestamp(), progress = GREATEST(p.progress, LEAST(99, done.percent)),
            out_time_ms = GREATEST(p.out_time_ms, (p.plan ->> 'durationUs')::bigint * done.percent / 100000)
        FROM parked CROSS JOIN LATERAL (
          SELECT COALESCE(floor(
            sum(u.weight * CASE WHEN u.status = 'SUCCEEDED' THEN 100 ELSE u.progress END) / NULLIF(sum(u.weight), 0)), 0)::int AS percent
          FROM jobs u WHERE u.parent_id = parked.id) done
        WHERE p.id = parked.id AND p.{Parked}
        """;

    /// <summary>The unit is this attempt's, and its parent is to be claimed again, with the attempt that is not charged taken off.</summary>
    public string Replan { get; init; } = $"""
        UPDATE jobs p
        SET run_after = clock_timestamp(), dispatched_at = NULL, attempts = GREATEST(0, attempts - 1),
            plan = jsonb_set(plan, ARRAY['avoid'], COALESCE(plan -> 'avoid', '[]'::jsonb) || to_jsonb(@avoid::text))
        WHERE p.id = @parent AND p.{Parked} AND EXISTS (SELECT 1 FROM jobs WHERE {Mine} AND parent_id = @parent)
        """;

    /// <summary>After the parent. Rows, not only their status: what is planned anew counts its own units.</summary>
    public string DropUnits { get; init; } = """
        SELECT 1 FROM jobs WHERE parent_id = @parent ORDER BY id FOR UPDATE;
        WITH gone AS (DELETE FROM hls_pieces WHERE job_id = @parent RETURNING prefix)
        UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp()
        WHERE prefix IN (SELECT prefix FROM gone) AND state = 'PUBLISHED';
        DELETE FROM jobs WHERE parent_id = @parent;
        """;

    /// <summary>The parent stays live until the transaction ends. FOR SHARE: its units publish side by side.</summary>
    public string HoldParent { get; init; } = "SELECT 1 FROM jobs WHERE id = @parent AND status = 'RUNNING' FOR SHARE";

    /// <summary>The unit stays this attempt's until the transaction ends.</summary>
    public string HoldUnit { get; init; } = $"SELECT 1 FROM jobs WHERE {Mine} FOR SHARE";

    /// <summary>What is there already stays: another attempt has published it.</summary>
    public string InsertPieces { get; init; } = """
        INSERT INTO hls_pieces (job_id, track, number, unit_id, fence, prefix, file, facts)
        SELECT @parent, p.track, p.number, @id, @fence, @prefix, p.file::jsonb, p.facts::jsonb
        FROM unnest(@tracks, @numbers, @files, @facts) AS p(track, number, file, facts)
        ON CONFLICT (job_id, track, number) DO NOTHING
        """;

    /// <summary>A publication all of whose pieces another attempt had published before.</summary>
    public string DoomIntent { get; init; } = """
        UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp()
        WHERE prefix = @prefix AND job_id = @id AND fence = @fence AND state = 'WRITING'
        """;

    /// <summary>With its last unit; @fence is that of the attempt that parked it.</summary>
    public string SucceedParent { get; init; } = $"""
        UPDATE jobs SET status = 'SUCCEEDED', progress = 100, finished_at = clock_timestamp(), error_code = NULL, error_message = NULL
        WHERE id = @parent AND fence = @fence AND {Parked}
        """;

    /// <summary>The derivative's manifest has taken over from the pieces; what was published and is not in it goes.</summary>
    public string TakeOverPieces { get; init; } = """
        DELETE FROM hls_pieces WHERE job_id = @parent;
        UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp()
        WHERE video_id = @video AND state = 'PUBLISHED' AND starts_with(prefix, @root) AND prefix <> ALL (@used);
        """;
}
