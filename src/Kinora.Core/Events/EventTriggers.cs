namespace Kinora.Core.Events;

/// <summary>
/// The database itself writes the log: no change of a state can be made, by whomever, without its event, and none is told that was rolled
/// back. Each migration that changes it has its text here: what has been applied somewhere never changes.
/// </summary>
internal static class EventTriggers
{
    /// <summary>Sent at the commit of what wrote events: they are to be numbered.</summary>
    public const string WrittenChannel = "kinora_events_written";

    /// <summary>Sent when numbered events can be read.</summary>
    public const string NumberedChannel = "kinora_events_numbered";

    public const string Create = $"""
        {CreateWrite}
        {CreateOfVideos}
        {CreateOfJobs}
        {CreateOfDerivatives}
        {CreateOfPieces}
        {CreateNumber}
        """;

    public const string Drop = """
        DROP TRIGGER events_of_new_video ON videos; DROP TRIGGER events_of_video ON videos; DROP FUNCTION events_of_video();
        DROP TRIGGER events_of_new_job ON jobs; DROP TRIGGER events_of_job ON jobs; DROP FUNCTION events_of_job();
        DROP TRIGGER events_of_derivative ON derivatives; DROP FUNCTION events_of_derivative();
        DROP TRIGGER events_of_piece ON hls_pieces; DROP FUNCTION events_of_piece();
        DROP FUNCTION events_number(integer); DROP FUNCTION events_write(uuid, uuid, text, jsonb); DROP FUNCTION events_failure(text, text); DROP FUNCTION events_id();
        """;

    /// <summary>
    /// The id is a UUIDv7 (RFC 9562, 5.7), which PostgreSQL makes by itself only from 18 on: 48 bits of milliseconds over a random v4, and
    /// the version's four bits set from 0100 to 0111. Notices of one transaction are sent once.
    /// </summary>
    private const string CreateWrite = $"""
        CREATE FUNCTION events_failure(code text, message text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
          SELECT CASE WHEN code IS NULL THEN NULL ELSE jsonb_build_object('code', code, 'message', COALESCE(message, '')) END
        $$;
        CREATE FUNCTION events_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
          SELECT encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
        $$;
        CREATE FUNCTION events_write(video uuid, owner uuid, type text, data jsonb) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO events (id, video_id, owner_id, type, data) VALUES (
            events_id(), video, owner, type, jsonb_build_object('videoId', video) || data);
          PERFORM pg_notify('{WrittenChannel}', '');
        END $$;
        """;

    private const string CreateOfVideos = """
        CREATE FUNCTION events_of_video() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          data jsonb := jsonb_build_object('status', NEW.status, 'error', events_failure(NEW.error_code, NEW.error_message));
        BEGIN
          IF TG_OP = 'INSERT' THEN
            PERFORM events_write(NEW.id, NEW.owner_id, 'video.created', data);
          ELSIF NEW.deleted_at IS NOT NULL THEN
            IF OLD.deleted_at IS NULL THEN
              PERFORM events_write(NEW.id, NEW.owner_id, 'video.deleted', data);
            END IF;
          ELSE
            IF NEW.status <> OLD.status THEN
              PERFORM events_write(NEW.id, NEW.owner_id, 'video.' || lower(NEW.status), data);
            END IF;
            IF NEW.title <> OLD.title THEN
              PERFORM events_write(NEW.id, NEW.owner_id, 'video.renamed', data);
            END IF;
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER events_of_new_video AFTER INSERT ON videos FOR EACH ROW EXECUTE FUNCTION events_of_video();
        CREATE TRIGGER events_of_video AFTER UPDATE OF status, title, deleted_at ON videos FOR EACH ROW EXECUTE FUNCTION events_of_video();
        """;

    /// <summary>Units are no jobs to anybody outside. A beat sets no status, so that it costs nothing here.</summary>
    private const string CreateOfJobs = """
        CREATE FUNCTION events_of_job() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM events_write(NEW.video_id, NEW.owner_id, 'job.' || lower(NEW.status), jsonb_build_object(
            'jobId', NEW.id, 'type', NEW.type, 'status', NEW.status, 'attempts', NEW.attempts, 'progress', NEW.progress,
            'error', events_failure(NEW.error_code, NEW.error_message)));
          RETURN NULL;
        END $$;
        CREATE TRIGGER events_of_new_job AFTER INSERT ON jobs FOR EACH ROW WHEN (NEW.parent_id IS NULL) EXECUTE FUNCTION events_of_job();
        CREATE TRIGGER events_of_job AFTER UPDATE OF status ON jobs FOR EACH ROW
          WHEN (NEW.parent_id IS NULL AND NEW.status <> OLD.status) EXECUTE FUNCTION events_of_job();
        """;

    /// <summary>Of an HLS one event for each media playlist that is no list of keyframes: "720p.m3u8" below an edition.</summary>
    private const string CreateOfDerivatives = """
        CREATE FUNCTION events_of_derivative() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          owner uuid := (SELECT owner_id FROM videos WHERE id = NEW.video_id);
          name text;
        BEGIN
          IF NEW.type = 'THUMBNAIL' THEN
            PERFORM events_write(NEW.video_id, owner, 'video.thumbnail.ready', jsonb_build_object('jobId', NEW.job_id));
            RETURN NULL;
          END IF;
          FOR name IN
            SELECT substring(f->>'name' FROM '/([a-z0-9-]+)\.m3u8$') FROM jsonb_array_elements(NEW.manifest->'files') f
            WHERE f->>'name' ~ '/[a-z0-9-]+\.m3u8$' ORDER BY 1
          LOOP
            PERFORM events_write(NEW.video_id, owner, 'video.rendition.ready', jsonb_build_object('jobId', NEW.job_id, 'rendition', name));
          END LOOP;
          RETURN NULL;
        END $$;
        CREATE TRIGGER events_of_derivative AFTER INSERT ON derivatives FOR EACH ROW EXECUTE FUNCTION events_of_derivative();
        """;

    /// <summary>
    /// A video plays before it is READY, from the first pieces of a rendition and of its sound on. Pieces of the two come by several
    /// transactions at once, neither of which sees the other's: they take turns here, each holding no row that the other waits for.
    /// </summary>
    private const string CreateOfPieces = """
        CREATE FUNCTION events_of_piece() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          job jobs%ROWTYPE;
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtextextended('kinora:playable:' || NEW.job_id, 0));
          SELECT * INTO job FROM jobs WHERE id = NEW.job_id;
          IF EXISTS (SELECT 1 FROM events WHERE video_id = job.video_id AND type = 'video.playable' AND data->>'jobId' = job.id::text)
             OR NOT EXISTS (
               SELECT 1 FROM hls_pieces p WHERE p.job_id = NEW.job_id AND p.number = 0 AND p.track NOT LIKE 'audio%')
             OR (job.plan->'audio'->0 IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM hls_pieces p WHERE p.job_id = NEW.job_id AND p.number = 0 AND p.track = job.plan->'audio'->0->>'name')) THEN
            RETURN NULL;
          END IF;
          PERFORM events_write(job.video_id, job.owner_id, 'video.playable', jsonb_build_object('jobId', job.id));
          RETURN NULL;
        END $$;
        CREATE TRIGGER events_of_piece AFTER INSERT ON hls_pieces FOR EACH ROW WHEN (NEW.number = 0) EXECUTE FUNCTION events_of_piece();
        """;

    /// <summary>
    /// Numbers what has been committed, one caller after the other. Of a transaction that is under way nothing is numbered, so whoever has
    /// seen a number never finds a smaller one later, and a video's numbers have no gap. Called as one statement: a client that is frozen in
    /// its midst holds nobody up.
    /// </summary>
    private const string CreateNumber = $"""
        CREATE FUNCTION events_number(most integer) {NumberHead} {NumberBody}
        """;

    /// <summary>
    /// As before, and each event's deliveries to the webhooks that want it come with its number: they are there once, whoever numbers. The
    /// payload is written here, for all attempts.
    /// </summary>
    public const string ReplaceNumberWithDeliveries = $"""
        CREATE OR REPLACE FUNCTION events_number(most integer) {NumberHead}
          , numbered_now AS (
            UPDATE events e SET position = p.position, sequence = p.sequence FROM placed p WHERE e.id = p.id RETURNING e.*
          ), delivered AS (
            INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, payload)
            SELECT events_id(), w.id, e.id, e.type, jsonb_build_object(
              'id', e.id, 'type', e.type, 'timestamp', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
              'sequence', e.sequence, 'position', e.position, 'videoId', e.video_id, 'data', e.data)::text
            FROM numbered_now e JOIN webhooks w ON w.owner_id = e.owner_id AND w.status = 'ENABLED'
            WHERE EXISTS (
              SELECT 1 FROM unnest(w.events) f
              WHERE f = '*' OR f = e.type OR (right(f, 2) = '.*' AND starts_with(e.type, left(f, -1))))
          )
          SELECT count(*) INTO numbered FROM numbered_now;
          {NumberEnd}
        """;

    public const string ReplaceNumberWithoutDeliveries = $"CREATE OR REPLACE FUNCTION events_number(most integer) {NumberHead} {NumberBody}";

    private const string NumberHead = """
        RETURNS integer LANGUAGE plpgsql AS $$
        DECLARE
          numbered integer;
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtextextended('kinora:events', 0));
          WITH fresh AS (
            SELECT id, video_id, written FROM events WHERE position IS NULL ORDER BY written LIMIT most
          ), placed AS (
            SELECT f.id,
              COALESCE((SELECT max(e.position) FROM events e), 0) + row_number() OVER (ORDER BY f.written) AS position,
              COALESCE((SELECT max(e.sequence) FROM events e WHERE e.video_id = f.video_id), 0)
                + row_number() OVER (PARTITION BY f.video_id ORDER BY f.written) AS sequence
            FROM fresh f
          )
        """;

    private const string NumberBody = $"""

          UPDATE events e SET position = p.position, sequence = p.sequence FROM placed p WHERE e.id = p.id;
          GET DIAGNOSTICS numbered = ROW_COUNT;
          {NumberEnd}
        """;

    private const string NumberEnd = $"""
          IF numbered > 0 THEN
            PERFORM pg_notify('{NumberedChannel}', '');
          END IF;
          RETURN numbered;
        END $$;
        """;
}
