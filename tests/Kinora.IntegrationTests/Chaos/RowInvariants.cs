using Kinora.Core.Errors;
using Kinora.Core.Jobs;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>The invariants that are queries alone; they need nothing but a database.</summary>
public static class RowInvariants
{
    /// <summary>Tests share two cores with others: what is due is done a little later there.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    /// <summary>Each selects the ids that break it.</summary>
    private static readonly (string Says, string Sql)[] Always =
    [
        ("J1: more than one live job of video and type",
            "SELECT video_id || ' ' || type FROM jobs WHERE status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL GROUP BY video_id, type HAVING count(*) > 1"),
        ("J2: the lease ended and nobody took the job",
            "SELECT id::text FROM jobs WHERE status = 'RUNNING' AND lease_until < clock_timestamp() - @reaped"),
        ("J4: succeeded, and no derivative of it",
            """
            SELECT j.id::text FROM jobs j JOIN videos v ON v.id = j.video_id
            WHERE j.status = 'SUCCEEDED' AND j.type IN ('THUMBNAIL', 'HLS') AND j.parent_id IS NULL AND v.deleted_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM derivatives d WHERE d.job_id = j.id)
              AND NOT EXISTS (SELECT 1 FROM jobs n WHERE n.video_id = j.video_id AND n.type = j.type AND n.parent_id IS NULL AND n.status = 'SUCCEEDED' AND n.finished_at > j.finished_at)
            """),
        ("J4: more than one derivative of a job",
            "SELECT job_id::text FROM derivatives GROUP BY job_id HAVING count(*) > 1"),
        ("J4: a derivative of another attempt than the one that succeeded",
            "SELECT j.id::text FROM jobs j JOIN derivatives d ON d.job_id = j.id WHERE j.fence <> d.fence"),
        ("J4: a derivative, and the job did not succeed",
            "SELECT j.id::text FROM jobs j JOIN derivatives d ON d.job_id = j.id WHERE j.status NOT IN ('SUCCEEDED', 'CANCELED')"),
        ("J4: more than one current derivative of video and type",
            "SELECT video_id || ' ' || type FROM derivatives WHERE replaced_at IS NULL GROUP BY video_id, type HAVING count(*) > 1"),
        ("J4: published, and the intent says otherwise",
            """
            SELECT o.prefix FROM (
              SELECT prefix FROM derivatives WHERE replaced_at IS NULL AND prefix !~ '^derivatives/[^/]+/[^/]+/$'
              UNION
              SELECT substring(d.prefix || (f->>'path') FROM '^derivatives/[^/]+/[^/]+/[0-9]+/')
              FROM derivatives d, jsonb_array_elements(d.manifest->'files') f WHERE d.replaced_at IS NULL AND d.prefix ~ '^derivatives/[^/]+/[^/]+/$'
              UNION
              SELECT prefix FROM hls_pieces) o
            LEFT JOIN storage_intents i ON i.prefix = o.prefix WHERE i.state IS DISTINCT FROM 'PUBLISHED'
            """),
        ("J6: more attempts or crashes than allowed",
            "SELECT id::text FROM jobs WHERE attempts > max_attempts OR crashes > @crashes"),
        ("J7: claimable and not handed to the queue",
            """
            SELECT j.id::text FROM jobs j JOIN videos v ON v.id = j.video_id
            WHERE j.status IN ('QUEUED', 'RUNNING') AND j.lease_owner IS NULL AND v.deleted_at IS NULL AND j.dispatched_at IS NULL
              AND j.run_after < clock_timestamp() - @dispatched AND j.created_at < clock_timestamp() - @dispatched
            """),
        ("J8: canceled, and a derivative of it",
            "SELECT j.id::text FROM jobs j JOIN derivatives d ON d.job_id = j.id WHERE j.status = 'CANCELED'"),
        ("J9: progress is 100 and the job has not succeeded, or the other way round",
            "SELECT id::text FROM jobs WHERE (progress = 100) <> (status = 'SUCCEEDED')"),
        ("J9: failed without a code of the catalogue",
            "SELECT id::text FROM jobs WHERE status = 'FAILED' AND (error_code IS NULL OR error_code <> ALL (@codes))"),
        ("J9: ready, and no HLS to play",
            """
            SELECT v.id::text FROM videos v WHERE v.status = 'READY' AND v.deleted_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM derivatives d WHERE d.video_id = v.id AND d.type = 'HLS' AND d.replaced_at IS NULL)
            """),
        ("U1: a live unit of a job that has ended",
            """
            SELECT u.id::text FROM jobs u JOIN jobs p ON p.id = u.parent_id
            WHERE u.status IN ('QUEUED', 'RUNNING') AND p.finished_at < clock_timestamp() - @dispatched
            """),
        ("U2: parked, and no unit of it goes on",
            """
            SELECT p.id::text FROM jobs p
            WHERE p.status = 'RUNNING' AND p.lease_owner IS NULL AND p.parent_id IS NULL AND p.run_after = 'infinity'
              AND NOT EXISTS (
                SELECT 1 FROM jobs u WHERE u.parent_id = p.id AND u.status IN ('QUEUED', 'RUNNING') AND u.run_after < 'infinity')
              AND clock_timestamp() - @dispatched > ALL (
                SELECT u.finished_at FROM jobs u WHERE u.parent_id = p.id AND u.finished_at IS NOT NULL UNION ALL SELECT p.heartbeat_at)
            """),
        ("U3: a piece of a job that has ended",
            """
            SELECT h.prefix FROM hls_pieces h JOIN jobs p ON p.id = h.job_id
            WHERE p.status = 'SUCCEEDED' OR p.finished_at < clock_timestamp() - @dispatched
            """),
        ("S5: deleted, and derivatives of it", "SELECT v.id::text FROM videos v JOIN derivatives d ON d.video_id = v.id WHERE v.deleted_at IS NOT NULL"),
        ("S5: deleted, and a live job of it",
            "SELECT j.id::text FROM videos v JOIN jobs j ON j.video_id = v.id WHERE v.deleted_at IS NOT NULL AND j.status IN ('QUEUED', 'RUNNING')"),
    ];

    private static readonly (string Says, string Sql)[] AtRest =
    [
        ("J5: not ended", "SELECT id::text FROM jobs WHERE status IN ('QUEUED', 'RUNNING')"),
        ("S2: still being written, and nobody writes", "SELECT prefix FROM storage_intents WHERE state = 'WRITING'"),
    ];

    public static Task<IReadOnlyList<string>> AlwaysAsync(NpgsqlDataSource database, JobOptions options, CancellationToken cancellation) =>
        RunAsync(database, Always, command =>
        {
            command.Parameters.AddWithValue("reaped", options.Grace + (2 * options.DispatchInterval) + Slack);
            command.Parameters.AddWithValue("dispatched", (10 * options.DispatchInterval) + Slack);
            command.Parameters.AddWithValue("crashes", options.MaxCrashes);
            command.Parameters.AddWithValue("codes", JobErrorCode.All.Select(c => c.Name).ToArray());
        }, cancellation);

    public static Task<IReadOnlyList<string>> AtRestAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        RunAsync(database, AtRest, _ => { }, cancellation);

    private static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource database, (string Says, string Sql)[] checks, Action<NpgsqlCommand> bind, CancellationToken cancellation)
    {
        var violations = new List<string>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (var (says, sql) in checks)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            bind(command);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                violations.Add($"{says}: {reader.GetString(0)}");
            }
        }

        return violations;
    }
}
