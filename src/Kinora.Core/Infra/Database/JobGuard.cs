namespace Kinora.Core.Infra.Database;

/// <summary>
/// The job state machine, kept by the database whoever writes: River's rescuer overwrote completed jobs (river#1302) because nothing
/// but the callers' care forbade it. Each migration that changes it has its text here: what has been applied somewhere never changes.
/// </summary>
internal static class JobGuard
{
    public const string Create = $"""
        CREATE FUNCTION jobs_guard() {Head} {Body}
        CREATE TRIGGER jobs_guard BEFORE INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION jobs_guard();
        """;

    /// <summary>A job is its video's owner's, which the database sees to: workers take turns by owner.</summary>
    public const string ReplaceWithOwner = $"""
        CREATE OR REPLACE FUNCTION jobs_guard() {Head}
          IF TG_OP = 'INSERT' THEN
            SELECT owner_id INTO NEW.owner_id FROM videos WHERE id = NEW.video_id;
          ELSIF NEW.owner_id <> OLD.owner_id THEN
            RAISE EXCEPTION 'job % changes its owner', OLD.id USING ERRCODE = 'check_violation';
          END IF; {Body}
        """;

    /// <summary>A unit is of its parent's video and type, and of nobody else's ever.</summary>
    public const string ReplaceWithUnits = $"""
        CREATE OR REPLACE FUNCTION jobs_guard() {Head}
          IF TG_OP = 'INSERT' THEN
            SELECT owner_id INTO NEW.owner_id FROM videos WHERE id = NEW.video_id;
            IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM jobs p
                 WHERE p.id = NEW.parent_id AND p.parent_id IS NULL AND p.video_id = NEW.video_id AND p.type = NEW.type) THEN
              RAISE EXCEPTION 'job % is no unit of job %', NEW.id, NEW.parent_id USING ERRCODE = 'check_violation';
            END IF;
          ELSIF NEW.owner_id <> OLD.owner_id THEN
            RAISE EXCEPTION 'job % changes its owner', OLD.id USING ERRCODE = 'check_violation';
          ELSIF NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
            RAISE EXCEPTION 'job % changes its parent', OLD.id USING ERRCODE = 'check_violation';
          END IF; {Body}
        """;

    public const string ReplaceWithoutOwner = $"CREATE OR REPLACE FUNCTION jobs_guard() {Head} {Body}";

    public const string Drop = "DROP TRIGGER jobs_guard ON jobs; DROP FUNCTION jobs_guard();";

    private const string Head = """
        RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
        """;

    private const string Body = """

          IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'QUEUED' THEN
              RAISE EXCEPTION 'job % is born %', NEW.id, NEW.status USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
          END IF;
          IF NEW.status <> OLD.status AND NOT (
               (OLD.status = 'QUEUED' AND NEW.status IN ('RUNNING', 'CANCELED')) OR
               (OLD.status = 'RUNNING' AND NEW.status IN ('SUCCEEDED', 'FAILED', 'CANCELED'))) THEN
            RAISE EXCEPTION 'job % goes from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
          END IF;
          IF NEW.fence < OLD.fence OR (NEW.fence IS NULL AND OLD.fence IS NOT NULL) THEN
            RAISE EXCEPTION 'the fence of job % goes back', OLD.id USING ERRCODE = 'check_violation';
          END IF;
          IF NEW.id <> OLD.id OR NEW.video_id <> OLD.video_id OR NEW.type <> OLD.type THEN
            RAISE EXCEPTION 'job % changes its identity', OLD.id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$;
        """;
}
