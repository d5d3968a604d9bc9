namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>What must hold at any moment of a storm. Each query finds the rows that break its rule; one statement sees one moment.</summary>
internal sealed class StormInvariants(StormSubject subject, StormLedger ledger)
{
    private const string Ended = "('SUCCEEDED', 'FAILED', 'CANCELED')";
    private const string IsClaim = "(new_fence IS DISTINCT FROM old_fence OR (old_owner IS NULL AND new_owner IS NOT NULL))";

    private static readonly (string Rule, string Sql)[] Rules =
    [
        ("J1 two live jobs of a video and type",
            "SELECT 1 FROM jobs WHERE status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL GROUP BY video_id, type HAVING count(*) > 1"),
        ("J2 a lease that ended long ago", "SELECT 1 FROM jobs WHERE lease_until < clock_timestamp() - interval '10 seconds'"),
        ("J3 a job that had ended changed", $"SELECT 1 FROM job_log WHERE old_status IN {Ended} AND (old_status, old_fence, old_attempts, old_crashes, old_progress) IS DISTINCT FROM (new_status, new_fence, new_attempts, new_crashes, new_progress)"),
        ("J4 a derivative whose job did not succeed with its fence",
            "SELECT 1 FROM derivatives d JOIN jobs j ON j.id = d.job_id WHERE j.status <> 'SUCCEEDED' OR j.fence <> d.fence"),
        ("J4 a job that succeeded twice", "SELECT 1 FROM job_log WHERE new_status = 'SUCCEEDED' GROUP BY job HAVING count(*) > 1"),
        ("J6 more attempts or crashes than allowed", "SELECT 1 FROM jobs WHERE attempts NOT BETWEEN 0 AND max_attempts OR crashes > 8"),
        ("J9 progress fell within an attempt", "SELECT 1 FROM job_log WHERE old_fence = new_fence AND new_progress < old_progress"),
        ("J9 100 but not SUCCEEDED, or FAILED without a code",
            "SELECT 1 FROM jobs WHERE (progress = 100) <> (status = 'SUCCEEDED') OR (status = 'FAILED' AND error_code IS NULL)"),
        ("a claim of a job that has an owner",
            "SELECT 1 FROM job_log WHERE old_owner IS NOT NULL AND (new_fence <> old_fence OR (new_owner IS NOT NULL AND new_owner <> old_owner))"),
        ("a claim without a newer fence", $"SELECT 1 FROM job_log WHERE {IsClaim} AND new_fence <= COALESCE(old_fence, 0)"),
        ("a claim that was not charged", $"SELECT 1 FROM job_log WHERE {IsClaim} AND new_attempts <> old_attempts + 1"),
        ("attempts changed without a claim or a giving back",
            $"SELECT 1 FROM job_log WHERE NOT {IsClaim} AND new_attempts <> old_attempts AND NOT (new_attempts = old_attempts - 1 AND old_owner IS NOT NULL AND new_owner IS NULL AND new_status = 'RUNNING')"),
        ("a crash that was none", "SELECT 1 FROM job_log WHERE new_crashes <> old_crashes AND (new_crashes <> old_crashes + 1 OR old_owner IS NULL OR old_until >= at)"),
        ("a lease was renewed after its end",
            "SELECT 1 FROM job_log WHERE old_fence = new_fence AND old_owner = new_owner AND new_until <> old_until AND old_until < began"),
        ("a live job of a deleted video",
            "SELECT 1 FROM jobs j JOIN videos v ON v.id = j.video_id WHERE v.deleted_at IS NOT NULL AND j.status IN ('QUEUED', 'RUNNING')"),
        ("S a derivative of a deleted video", "SELECT 1 FROM derivatives d JOIN videos v ON v.id = d.video_id WHERE v.deleted_at IS NOT NULL"),
        ("S a current derivative without a PUBLISHED intent",
            """
            SELECT 1 FROM derivatives d, jsonb_array_elements(d.manifest -> 'files') f
            WHERE d.replaced_at IS NULL AND NOT EXISTS (
              SELECT 1 FROM storage_intents i
              WHERE i.video_id = d.video_id AND i.state = 'PUBLISHED' AND starts_with(d.prefix || COALESCE(f ->> 'path', f ->> 'name'), i.prefix))
            """),
        ("S a PUBLISHED intent without a current derivative or a piece", """
            SELECT 1 FROM storage_intents i
            WHERE i.state = 'PUBLISHED' AND NOT EXISTS (SELECT 1 FROM hls_pieces p WHERE p.prefix = i.prefix)
              AND NOT EXISTS (SELECT 1 FROM derivatives d WHERE d.video_id = i.video_id AND starts_with(i.prefix, d.prefix) AND d.replaced_at IS NULL)
            """),
        ("S a piece without a PUBLISHED intent",
            "SELECT 1 FROM hls_pieces p LEFT JOIN storage_intents i ON i.prefix = p.prefix WHERE i.state IS DISTINCT FROM 'PUBLISHED'"),
        ("U1 a live unit of a job that has ended", """
            SELECT 1 FROM jobs u JOIN jobs p ON p.id = u.parent_id
            WHERE u.status IN ('QUEUED', 'RUNNING') AND p.status NOT IN ('QUEUED', 'RUNNING')
            """),
        ("U2 a job that succeeded without one of its units", """
            SELECT 1 FROM jobs u JOIN jobs p ON p.id = u.parent_id WHERE p.status = 'SUCCEEDED' AND u.status <> 'SUCCEEDED'
            """),
        ("U3 a piece of a job that succeeded", "SELECT 1 FROM hls_pieces h JOIN jobs p ON p.id = h.job_id WHERE p.status = 'SUCCEEDED'"),
        ("a last unit that goes on beside another one", $"""
            SELECT 1 FROM jobs l JOIN jobs u ON u.parent_id = l.parent_id AND u.id <> l.id
            WHERE l.params = '{StormUnits.LastParams}' AND l.run_after < 'infinity' AND l.status IN ('QUEUED', 'RUNNING') AND u.status IN ('QUEUED', 'RUNNING')
            """),
        ("S the prefix of a live attempt is doomed", """
            SELECT 1 FROM storage_intents i JOIN jobs j ON j.id = i.job_id AND j.fence = i.fence
            WHERE i.state = 'DOOMED' AND j.status = 'RUNNING' AND j.lease_owner IS NOT NULL AND j.parent_id IS NULL
            """),
    ];

    public async Task CheckAsync(CancellationToken cancellation)
    {
        // What was acknowledged before the question must be in its answer.
        var (completed, canceled, reaped) = (ledger.Completed.Keys.ToArray(), ledger.Canceled.Keys.ToArray(), ledger.Reaped.Keys.ToArray());
        foreach (var (rule, sql) in Rules)
        {
            await RefuseAsync(rule, sql, [], [], cancellation);
        }

        await RefuseAsync("J3 an acknowledged completion is not there", """
            SELECT 1 FROM unnest(@jobs, @fences) a(job, fence) WHERE NOT EXISTS (
              SELECT 1 FROM jobs j WHERE j.id = a.job AND j.fence = a.fence AND j.status = 'SUCCEEDED')
            """, [.. completed.Select(c => c.JobId)], [.. completed.Select(c => c.Fence)], cancellation);
        await RefuseAsync("an acknowledged reaping is no crash", """
            SELECT 1 FROM unnest(@jobs, @fences) a(job, fence) WHERE NOT EXISTS (
              SELECT 1 FROM job_log l WHERE l.job = a.job AND l.old_fence = a.fence AND l.new_crashes = l.old_crashes + 1)
            """, [.. reaped.Select(c => c.JobId)], [.. reaped.Select(c => c.Fence)], cancellation);
        await RefuseAsync("J8 an acknowledged cancel is undone", """
            SELECT 1 FROM unnest(@jobs) a(job) JOIN jobs j ON j.id = a.job
            WHERE j.status <> 'CANCELED' OR EXISTS (SELECT 1 FROM derivatives d WHERE d.job_id = j.id)
            """, canceled, [], cancellation);
    }

    /// <summary>With all clients at rest, and after the collector.</summary>
    public async Task CheckAtEndAsync(CancellationToken cancellation)
    {
        await CheckAsync(cancellation);
        await RefuseAsync("J5 a job that did not end", "SELECT 1 FROM jobs WHERE status IN ('QUEUED', 'RUNNING')", [], [], cancellation);
        await RefuseAsync("J5 a submitted job is not there",
            "SELECT 1 FROM unnest(@jobs) a(job) WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = a.job)", [.. ledger.Submitted.Keys], [], cancellation);
        await RefuseAsync("J4 a success that nobody was told of", """
            SELECT 1 FROM jobs j WHERE status = 'SUCCEEDED' AND NOT EXISTS (
              SELECT 1 FROM unnest(@jobs, @fences) a(job, fence) WHERE a.job = j.id AND a.fence = j.fence)
            """, [.. ledger.Completed.Keys.Select(c => c.JobId)], [.. ledger.Completed.Keys.Select(c => c.Fence)], cancellation);
        if (ledger.Completed.Values.Any(n => n != 1))
        {
            ledger.Violate("J4 a completion was acknowledged twice");
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        await using var command = subject.Source.CreateCommand("""
            SELECT d.prefix || COALESCE(f ->> 'path', f ->> 'name') FROM derivatives d, jsonb_array_elements(d.manifest -> 'files') f WHERE d.replaced_at IS NULL
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            known.Add(reader.GetString(0));
        }

        if (!known.All(subject.Objects.Has))
        {
            ledger.Violate("S1 an object of a current manifest is missing");
        }

        if (!subject.Objects.Keys.All(known.Contains))
        {
            ledger.Violate("S2 an object that no row knows is left after the collection");
        }
    }

    private async Task RefuseAsync(string rule, string sql, Guid[] jobs, long[] fences, CancellationToken cancellation)
    {
        await using var command = subject.Source.CreateCommand($"SELECT count(*) FROM ({sql}) broken");
        command.Parameters.AddWithValue("jobs", jobs);
        command.Parameters.AddWithValue("fences", fences);
        if (await command.ExecuteScalarAsync(cancellation) is long n and > 0)
        {
            ledger.Violate($"{rule} ({n})");
        }
    }
}
