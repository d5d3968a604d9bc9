namespace Kinora.Core.Jobs;

/// <summary>
/// The statements that change a job or its intents, all in one place (those about units in the base). Only the database's clock counts
/// (clock_timestamp(): now() stands still in a transaction). Every write by a worker is a compare-and-set on (id, RUNNING, fence); no row
/// means that the attempt has lost the job.
/// Lock order everywhere: user, video, job, derivative, piece, storage intent; jobs among themselves by id, all units (parent_id) after all
/// that are none, so that a parent comes before its units whatever their ids are. A record, so that the protocol's storm can take one guard
/// out of one statement and see that this is noticed.
/// </summary>
public sealed record JobStatements : UnitStatements
{
    /// <summary>
    /// No worker has it, and its time comes by itself: a parked parent's does not, nor a last unit's. A job between two attempts stays RUNNING
    /// without an owner. The condition of an index.
    /// </summary>
    internal const string Waiting = "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL AND run_after < 'infinity'";

    public static JobStatements Default { get; } = new();

    /// <summary>The first statement of a submission.</summary>
    public string LockVideo { get; init; } = "SELECT 1 FROM videos WHERE id = @video AND deleted_at IS NULL FOR SHARE";

    /// <summary>No row: a job of this type lives already.</summary>
    public string Insert { get; init; } = """
        INSERT INTO jobs (id, video_id, type, status, params, max_attempts, request_id)
        VALUES (@id, @video, @type, 'QUEUED', @params::jsonb, @attempts, @request)
        ON CONFLICT (video_id, type) WHERE status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL DO NOTHING
        RETURNING id
        """;

    public string FindLive { get; init; } = """
        SELECT id, params = @params::jsonb FROM jobs
        WHERE video_id = @video AND type = @type AND status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL
        """;

    /// <summary>
    /// Up to eight jobs of @type that could be claimed now, the oldest of the first rank of each owner, in the order of whose turn it is: who
    /// has only later spans comes last (a player waits for the others), unless they have waited for two minutes, then the owner with the fewest
    /// running ones, then the one whose last claim is the longest ago. After them @named, for when others were quicker with all of these: then many claim at once, each with a
    /// message of its own. Owners are found by skipping through the index (PostgreSQL wiki, "Loose indexscan"): 10,000 jobs of one cost one
    /// step. Each rank is looked into by itself, since what waits for a retry in one of them must not be read to come to the next.
    /// </summary>
    public string FindClaimable { get; init; } = $"""
        WITH RECURSIVE owners AS (
          (SELECT owner_id FROM jobs WHERE type = @type AND {Waiting} ORDER BY owner_id LIMIT 1)
          UNION ALL
          SELECT (SELECT j.owner_id FROM jobs j WHERE j.type = @type AND {Waiting} AND j.owner_id > o.owner_id ORDER BY j.owner_id LIMIT 1)
          FROM owners o WHERE o.owner_id IS NOT NULL),
        turns AS (
          SELECT first.id, row_number() OVER (ORDER BY first.rank = 2 AND first.run_after > clock_timestamp() - interval '2 minutes',
            (SELECT count(*) FROM jobs r WHERE r.type = @type AND r.owner_id = o.owner_id AND r.lease_owner IS NOT NULL),
            (SELECT max(t.fence) FROM jobs t WHERE t.type = @type AND t.owner_id = o.owner_id) NULLS FIRST) AS turn
          FROM owners o CROSS JOIN LATERAL (
            SELECT oldest.id, oldest.rank, oldest.run_after
            FROM (VALUES (0::smallint), (1::smallint), (2::smallint)) ranks(rank) CROSS JOIN LATERAL (
              SELECT w.id, w.rank, w.run_after FROM jobs w
              WHERE w.type = @type AND w.owner_id = o.owner_id AND w.rank = ranks.rank AND w.{Waiting}
                AND w.run_after <= (SELECT clock_timestamp())
              ORDER BY w.run_after, w.id LIMIT 1) oldest
            ORDER BY oldest.rank LIMIT 1) first)
        SELECT id FROM (
          SELECT id, turn FROM turns WHERE turn <= 8
          UNION ALL
          SELECT p.id, 9 FROM jobs p WHERE p.id = @named AND p.type = @type AND p.{Waiting} AND p.run_after <= clock_timestamp()) found
        ORDER BY turn
        """;

    /// <summary>The last but one column: nobody has had it before, since started_at was set by this very statement.</summary>
    public string Claim { get; init; } = $"""
        UPDATE jobs j
        SET status = 'RUNNING', fence = nextval('job_fence_seq'), attempts = attempts + 1, lease_owner = @worker,
            lease_until = clock_timestamp() + @lease, heartbeat_at = clock_timestamp(),
            started_at = COALESCE(started_at, clock_timestamp()), progress = 0, out_time_ms = NULL
        FROM videos v
        WHERE j.id = @id AND j.{Waiting} AND j.run_after <= clock_timestamp()
          AND v.id = j.video_id AND v.deleted_at IS NULL
        RETURNING j.id, j.video_id, j.owner_id, j.type, j.fence, j.attempts, j.max_attempts, j.params::text, j.request_id,
          j.started_at >= statement_timestamp(), j.parent_id
        """;

    /// <summary>Of all attempts of a worker at once. Rows are locked in the order in which everyone locks them who locks several.</summary>
    public string Beat { get; init; } = """
        WITH beats AS (
          SELECT b.* FROM unnest(@ids, @fences, @progress, @times) AS b(id, fence, progress, out_time_ms)),
        mine AS (
          SELECT j.id FROM jobs j JOIN beats b ON b.id = j.id AND b.fence = j.fence
          WHERE j.status = 'RUNNING' AND j.lease_owner IS NOT NULL AND j.lease_until > clock_timestamp()
          ORDER BY j.parent_id IS NOT NULL, j.id FOR UPDATE OF j)
        UPDATE jobs j
        SET heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + @lease,
            progress = GREATEST(j.progress, b.progress), out_time_ms = GREATEST(j.out_time_ms, b.out_time_ms)
        FROM mine, beats b
        WHERE j.id = mine.id AND b.id = mine.id AND j.fence = b.fence AND j.status = 'RUNNING' AND j.lease_until > clock_timestamp()
        RETURNING j.id, j.fence
        """;

    /// <summary>The first statement of a completion: it locks the video, which must live.</summary>
    public string CompleteAnalyzedVideo { get; init; } = """
        UPDATE videos SET status = CASE WHEN status = 'READY' THEN status ELSE 'ANALYZED' END, media_info = @info::jsonb,
            error_code = NULL, error_message = NULL, updated_at = clock_timestamp()
        WHERE id = @video AND deleted_at IS NULL
        RETURNING transcode_after_analysis
        """;

    /// <inheritdoc cref="CompleteAnalyzedVideo"/>
    public string CompleteFetchedVideo { get; init; } = """
        UPDATE videos SET status = 'UPLOADED', fetch_url = NULL, size_bytes = @size, content_type = @type, sha256 = @sha256, source_key = @key,
            updated_at = clock_timestamp()
        WHERE id = @video AND status = 'FETCHING' AND deleted_at IS NULL
        """;

    /// <inheritdoc cref="CompleteAnalyzedVideo"/>
    public string CompletePublishedVideo { get; init; } = """
        UPDATE videos SET status = CASE WHEN @hls THEN 'READY' ELSE status END, updated_at = clock_timestamp(),
            error_code = CASE WHEN @hls THEN NULL ELSE error_code END, error_message = CASE WHEN @hls THEN NULL ELSE error_message END
        WHERE id = @video AND deleted_at IS NULL
        """;

    public string Succeed { get; init; } = $"""
        UPDATE jobs
        SET status = 'SUCCEEDED', progress = 100, finished_at = clock_timestamp(), {NoOwner}, error_code = NULL, error_message = NULL
        WHERE {Mine}
        """;

    /// <summary>
    /// What is replaced is served for @grace longer, to players in mid-stream; then its bytes go. They lie under its prefix, or under several
    /// that begin with it.
    /// </summary>
    public string ReplaceDerivative { get; init; } = """
        WITH old AS (
          UPDATE derivatives SET replaced_at = clock_timestamp() WHERE video_id = @video AND type = @type AND replaced_at IS NULL
          RETURNING prefix)
        UPDATE storage_intents i SET state = 'DOOMED', expires_at = clock_timestamp() + @grace
        FROM old WHERE i.video_id = @video AND i.state = 'PUBLISHED' AND starts_with(i.prefix, old.prefix)
        """;

    public string InsertDerivative { get; init; } = """
        INSERT INTO derivatives (id, video_id, job_id, type, fence, prefix, manifest, verification)
        VALUES (@derivative, @video, @job, @type, @fence, @prefix, @manifest::jsonb, @verification::jsonb)
        """;

    /// <summary>Committed before the first PUT. Locks the job's row for a moment: none is made by an attempt that has lost its job.</summary>
    public string BeginIntent { get; init; } = $"""
        WITH mine AS (SELECT id FROM jobs WHERE {Mine} FOR SHARE)
        INSERT INTO storage_intents (prefix, video_id, job_id, fence, state, expires_at)
        SELECT @prefix, @video, @id, @fence, 'WRITING', clock_timestamp() + @time FROM mine
        """;

    public string PublishIntent { get; init; } = """
        UPDATE storage_intents SET state = 'PUBLISHED' WHERE prefix = @prefix AND job_id = @id AND fence = @fence AND state = 'WRITING'
        """;

    /// <summary>
    /// Prefixes whose attempt no longer holds its job, and uploads whose time is over; swept @grace later, for a last PUT's sake. Rows of
    /// videos that are just being deleted are skipped: they are locked in another order there.
    /// </summary>
    public string DoomAbandoned { get; init; } = """
        UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp() + @grace
        WHERE prefix IN (
          SELECT i.prefix FROM storage_intents i
          WHERE state = 'WRITING' AND (
            (job_id IS NULL AND expires_at < clock_timestamp()) OR
            (job_id IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM jobs j WHERE j.id = i.job_id AND j.fence = i.fence AND j.status = 'RUNNING' AND j.lease_owner IS NOT NULL)))
          FOR UPDATE SKIP LOCKED)
        """;

    public string StorePlan { get; init; } = $"UPDATE jobs SET plan = @plan::jsonb WHERE {Mine}";

    /// <summary>What the failure of a job may mean for its video; before the job's own row is touched.</summary>
    public string FailVideo { get; init; } = """
        UPDATE videos SET status = 'FAILED', error_code = @code, error_message = @message, fetch_url = NULL, updated_at = clock_timestamp()
        WHERE id = @video AND status <> 'READY' AND deleted_at IS NULL
        """;

    /// <summary>The attempt ends with an error: the job waits for the next one (@status RUNNING), or has FAILED (@final).</summary>
    public string Fail { get; init; } = $"""
        UPDATE jobs
        SET status = @status, finished_at = CASE WHEN @final THEN clock_timestamp() END, error_code = @code, error_message = @message,
            deferrals = 0, deferred_since = NULL, run_after = clock_timestamp() + @delay, {NoOwner}, dispatched_at = NULL
        WHERE {Mine}
        """;

    /// <summary>
    /// The attempt was ended by a store's outage: it does not count, unless the outage has lasted for longer than @patience. With @new the
    /// one before is over, and this one begins now.
    /// </summary>
    public string Defer { get; init; } = $"""
        UPDATE jobs
        SET attempts = attempts - 1, deferrals = CASE WHEN @new THEN 1 ELSE deferrals + 1 END,
            deferred_since = CASE WHEN @new THEN clock_timestamp() ELSE COALESCE(deferred_since, clock_timestamp()) END,
            error_code = @code, error_message = @message, {NoOwner}, dispatched_at = NULL,
            run_after = clock_timestamp()
              + LEAST(@max, @base * power(2, CASE WHEN @new THEN 0 ELSE LEAST(deferrals, 20) END)) * (0.5 + random() / 2)
        WHERE {Mine} AND (@new OR COALESCE(deferred_since > clock_timestamp() - @patience, true))
        """;

    /// <summary>The worker shuts down: the attempt does not count, and another worker may take the job at once.</summary>
    public string Release { get; init; } = $"""
        UPDATE jobs SET attempts = attempts - 1, run_after = clock_timestamp(), {NoOwner}, dispatched_at = NULL WHERE {Mine}
        """;

    /// <summary>As <see cref="Release"/>, for a claim whose answer was lost: its fence is not known.</summary>
    public string ReleaseClaim { get; init; } = $"""
        UPDATE jobs SET attempts = attempts - 1, run_after = clock_timestamp(), {NoOwner}, dispatched_at = NULL
        WHERE lease_owner = @worker AND status = 'RUNNING'
        """;

    public string Cancel { get; init; } = $"""
        UPDATE jobs SET status = 'CANCELED', finished_at = clock_timestamp(), {NoOwner}
        WHERE id = @id AND parent_id IS NULL AND status IN ('QUEUED', 'RUNNING')
        """;

    /// <summary>
    /// Before <see cref="Cancel"/>: a video whose FETCH ends has nothing to be made of. Its address goes with it, so that nothing can go on.
    /// </summary>
    public string CancelFetchedVideo { get; init; } = """
        UPDATE videos v SET status = 'FAILED', fetch_url = NULL, error_code = @code, error_message = @message, updated_at = clock_timestamp()
        FROM jobs j WHERE j.id = @id AND j.type = 'FETCH' AND v.id = j.video_id AND v.status = 'FETCHING' AND v.deleted_at IS NULL
        """;

    /// <summary>The first statement of a video's deletion: it locks the video.</summary>
    public string DeleteVideo { get; init; } = """
        UPDATE videos SET deleted_at = clock_timestamp(), title = '', original_filename = '', fetch_url = NULL
        WHERE id = @video AND deleted_at IS NULL
        """;

    public string CancelOfVideo { get; init; } = $"""
        WITH live AS (
          SELECT id FROM jobs WHERE video_id = @video AND status IN ('QUEUED', 'RUNNING') ORDER BY parent_id IS NOT NULL, id FOR UPDATE)
        UPDATE jobs SET status = 'CANCELED', finished_at = clock_timestamp(), {NoOwner}
        FROM live WHERE jobs.id = live.id AND jobs.status IN ('QUEUED', 'RUNNING')
        RETURNING jobs.id, type, parent_id IS NOT NULL
        """;

    /// <summary>What is published is swept at once, what may still be written @grace later.</summary>
    public string DoomOfVideo { get; init; } = """
        DELETE FROM derivatives WHERE video_id = @video;
        DELETE FROM hls_pieces WHERE job_id IN (SELECT id FROM jobs WHERE video_id = @video AND parent_id IS NULL);
        UPDATE storage_intents
        SET state = 'DOOMED', expires_at = clock_timestamp() + CASE WHEN state = 'WRITING' THEN @grace ELSE interval '0' END
        WHERE video_id = @video;
        """;

    /// <summary>
    /// Leases that ended. The fifth column: it is poison. Of units also when those of one parent that have not succeeded were lost eight times
    /// as often in all, since each of a hostile film's spans would else have lives of its own; a host that goes takes as many units of one film
    /// as it had at once. Not while the database itself has just started: the workers could not beat while it was away, and are about to
    /// give their jobs back.
    /// </summary>
    public string FindLost { get; init; } = """
        SELECT id, video_id, type, fence,
          crashes + 1 >= @crashes OR parent_id IS NOT NULL AND (
            SELECT sum(u.crashes) + 1 >= 8 * @crashes FROM jobs u WHERE u.parent_id = jobs.parent_id AND u.status IN ('QUEUED', 'RUNNING')),
          attempts >= max_attempts, parent_id
        FROM jobs
        WHERE lease_owner IS NOT NULL AND status = 'RUNNING' AND lease_until < clock_timestamp() - @grace
          AND pg_postmaster_start_time() < clock_timestamp() - @lease - @grace
        ORDER BY lease_until LIMIT 100
        """;

    /// <summary>
    /// The condition stands in the UPDATE itself, with the fence: a beat, a completion or another claim that came first wins. A reaper that
    /// looked by id only has overwritten completed jobs elsewhere (river#1302).
    /// </summary>
    public string Reap { get; init; } = $"""
        UPDATE jobs
        SET crashes = crashes + 1, deferrals = 0, deferred_since = NULL, status = @status, finished_at = CASE WHEN @final THEN clock_timestamp() END,
            error_code = @code, error_message = @message,
            run_after = clock_timestamp() + LEAST(@max, @base * power(2, LEAST(crashes, 20))) * (0.5 + random() / 2),
            {NoOwner}, dispatched_at = NULL
        WHERE {Mine} AND lease_until < clock_timestamp() - @grace
        """;

    /// <summary>
    /// One job right after its commit; not where the queue is known to hold @window messages of its type: more would say no more.
    /// </summary>
    public string TakeForDispatch { get; init; } = $"""
        UPDATE jobs j SET dispatched_at = clock_timestamp(), dispatch_count = dispatch_count + 1
        WHERE j.id = @id AND j.{Waiting} AND j.run_after <= clock_timestamp() AND j.dispatched_at IS NULL
          AND (SELECT count(*) FROM (
            SELECT 1 FROM jobs w WHERE w.type = j.type AND w.{Waiting} AND w.dispatched_at IS NOT NULL LIMIT @window) sent) < @window
        RETURNING j.id, j.type, j.dispatch_count, j.request_id
        """;

    /// <summary>
    /// As many jobs of @type as the queue has too few messages for: it should have one for each that could be claimed, up to @window.
    /// Those that were never sent go first, then those whose message is @again old, and so may be lost. Rows that other processes look
    /// at are skipped. An array, since a join with as many rows as LIMIT may give is planned as one with a tenth of the table.
    /// </summary>
    public string TakeDue { get; init; } = $"""
        WITH claimable AS (
          SELECT count(*) AS n FROM (
            SELECT 1 FROM jobs WHERE type = @type AND {Waiting} AND run_after <= (SELECT clock_timestamp()) LIMIT @window) c),
        due AS (
          SELECT id FROM jobs
          WHERE type = @type AND {Waiting} AND run_after <= (SELECT clock_timestamp())
            AND (dispatched_at IS NULL OR dispatched_at < clock_timestamp() - @again)
          ORDER BY dispatched_at NULLS FIRST, rank, run_after, id
          LIMIT LEAST(@most, GREATEST(0, (SELECT n FROM claimable) - @waiting)) FOR UPDATE SKIP LOCKED)
        UPDATE jobs SET dispatched_at = clock_timestamp(), dispatch_count = dispatch_count + 1
        WHERE jobs.id = ANY (ARRAY(SELECT id FROM due))
        RETURNING jobs.id, jobs.type, jobs.dispatch_count, jobs.request_id
        """;

    /// <summary>The queue did not take the messages: the jobs are due again.</summary>
    public string UndoDispatch { get; init; } = """
        WITH refused AS (
          SELECT j.id FROM jobs j JOIN unnest(@ids, @counts) AS d(id, count) ON j.id = d.id AND j.dispatch_count = d.count
          WHERE j.lease_owner IS NULL ORDER BY j.parent_id IS NOT NULL, j.id FOR UPDATE OF j)
        UPDATE jobs SET dispatched_at = NULL FROM refused WHERE jobs.id = refused.id AND lease_owner IS NULL
        """;
}
