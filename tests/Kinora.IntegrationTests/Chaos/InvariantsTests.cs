using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Transcoding;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>Each invariant sees what breaks it; a check that cannot fail proves nothing. One break after the other, on one deployment.</summary>
[Collection("deployments")]
public sealed class InvariantsTests : DeploymentTest
{
    private const string Insert = "INSERT INTO jobs (id, video_id, owner_id, type, status, max_attempts, params, run_after, created_at, dispatched_at";
    private Guid _videoId;
    private Guid _hlsJobId;

    protected override string[] Settings => ["Kinora__Jobs__DispatchInterval=00:00:10"];

    [Fact]
    public async Task Each_invariant_of_rows_and_objects_sees_what_breaks_it()
    {
        Assert.Empty(await Invariants.AtRestAsync(Deployment, Witness, Cancellation));

        // Neither a guard of the database nor a process that puts things right stands in the way of the breaks.
        Deployment.Api.Signal(PosixSignalNumber.Stop);
        await ExecuteAsync("""
            ALTER TABLE jobs DISABLE TRIGGER jobs_guard; DROP INDEX ix_jobs_one_live; DROP INDEX ix_derivatives_video_id_type;
            ALTER TABLE jobs DROP CONSTRAINT ck_jobs_progress, DROP CONSTRAINT ck_jobs_failed_has_code, DROP CONSTRAINT ck_jobs_finished, DROP CONSTRAINT ck_jobs_attempts
            """);
        foreach (var (says, sql) in RowBreaks())
        {
            await ShouldSeeAsync(says, () => ExecuteAsync(sql));
        }

        Witness.SawJob(Guid.CreateVersion7());
        await ShouldSeeAsync("J5: job");
        var progress = Guid.CreateVersion7();
        Witness.SawProgress(progress, 1, 40);
        await ShouldSeeAsync("J9: the progress of job", () => Do(() => Witness.SawProgress(progress, 1, 39)));
        await ShouldSeeAsync("J3: a client saw", () => Do(() => Witness.SawStatus(_hlsJobId, "RUNNING")));

        var prefix = await Deployment.QueryAsync<string>($"SELECT prefix FROM derivatives WHERE video_id = '{_videoId}' AND type = 'THUMBNAIL' LIMIT 1");
        var thumbnail = Path.Combine(Deployment.StoreFolder, prefix, "thumbnail.jpg");
        await ShouldSeeAsync("S1: derivatives/", () => Do(() => File.WriteAllBytes(thumbnail, [.. File.ReadAllBytes(thumbnail).Select(b => (byte)~b)])));
        await ShouldSeeAsync("and is missing", () => Do(() => File.Delete(thumbnail)));
        var unknown = Path.Combine(Deployment.StoreFolder, $"derivatives/{_videoId}/{_hlsJobId}/999999/");
        Directory.CreateDirectory(unknown);
        await ShouldSeeAsync("S2: no row knows", () => File.WriteAllTextAsync(unknown + "x", "x", Cancellation));
        Assert.Contains(await Invariants.AtRestAsync(Deployment, Witness, Cancellation), v => v.StartsWith("S2: left behind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_invariant_of_processes_and_answers_sees_what_breaks_it()
    {
        Witness.SawVideo(_videoId, User);
        Assert.Empty(await Invariants.AtRestAsync(Deployment, Witness, Cancellation));

        await ShouldSeeAsync("S3: ", () => ExecuteAsync($$"""
            UPDATE derivatives SET manifest = jsonb_set(manifest, '{files}', (
              SELECT jsonb_agg(f) FROM jsonb_array_elements(manifest->'files') f WHERE f->>'name' NOT LIKE '%.mp4')) WHERE job_id = '{{_hlsJobId}}'
            """));
        await ShouldSeeAsync("S4: ", () => ExecuteAsync($$"""
            UPDATE derivatives SET manifest = jsonb_set(manifest, '{files,0,sha256}', '"00"') WHERE job_id = '{{_hlsJobId}}'
            """));
        await ShouldSeeAsync("S5: ", () => Do(() => Witness.SawDeleted(_videoId)));
        Directory.CreateDirectory(Path.Combine(Deployment.WorkFolder, "dead"));
        await ShouldSeeAsync("W1: left", () => File.WriteAllTextAsync(Path.Combine(Deployment.WorkFolder, "dead", "x"), "x", Cancellation));
        await ShouldSeeAsync("W2: left", () => File.WriteAllTextAsync(Path.Combine(Deployment.UploadFolder, "x"), "x", Cancellation));

        await ExecuteAsync($"ALTER TABLE jobs DISABLE TRIGGER jobs_guard; UPDATE jobs SET status = 'CANCELED', progress = 1, finished_at = now() - interval '1 hour' WHERE id = '{_hlsJobId}'");
        var folder = Path.Combine(Deployment.WorkFolder, "dead", $"{_hlsJobId}-1", "source");
        await using (await ChildProcess.StartAsync(new ChildProcessSpec("sh", ["-c", "sleep 100; true", folder])))
        {
            await ShouldSeeAsync("J8: the encoder");
            await ShouldSeeAsync("W1: the worker of encoder");
            await ShouldSeeAsync("W1: encoder");
        }

        // Not by the deployment, which would know.
        await Tools.RunAsync("kill", ["-STOP", $"{Deployment.Api.Id}"]);
        try
        {
            Assert.Contains(await Invariants.AlwaysAsync(Deployment, Witness, Cancellation), v => v.StartsWith("A1: ", StringComparison.Ordinal));
        }
        finally
        {
            Deployment.Api.Signal(PosixSignalNumber.Continue);
        }
    }

    private (string Says, string Sql)[] RowBreaks()
    {
        string Job(string type, string status, string columns = "", string values = "") =>
            $"{Insert}{columns}) SELECT gen_random_uuid(), id, owner_id, '{type}', '{status}', 3, '{{}}', now() + interval '1 day', now(), now(){values} FROM videos WHERE id = '{_videoId}'";

        var hls = $"job_id = '{_hlsJobId}'";
        return
        [
            ("J1: ", $"{Job("HLS", "QUEUED")}; {Job("HLS", "QUEUED")}"),
            ("J2: ", Job("HLS", "RUNNING", ", fence, lease_owner, lease_until", ", 1, 'w', now() - interval '1 hour'")),
            ("J5: not ended", Job("THUMBNAIL", "QUEUED")),
            ("J6: ", Job("THUMBNAIL", "QUEUED", ", attempts", ", 9")),
            ("J7: ", $"{Job("ANALYZE", "QUEUED")}; UPDATE jobs SET dispatched_at = NULL, run_after = now() - interval '1 hour', created_at = now() - interval '1 hour' WHERE type = 'ANALYZE' AND status = 'QUEUED'"),
            ("J9: progress", Job("THUMBNAIL", "QUEUED", ", progress", ", 100")),
            ("J9: failed", Job("THUMBNAIL", "FAILED", ", error_code", ", 'SHOE_UNTIED'")),
            ("U1: ", $"{Job("HLS", "QUEUED", ", parent_id", $", '{_hlsJobId}'")}; UPDATE jobs SET finished_at = now() - interval '1 hour' WHERE id = '{_hlsJobId}'"),
            ("U2: ", $"{Job("HLS", "RUNNING", ", fence, plan", ", 1, '{}'")}; UPDATE jobs SET run_after = 'infinity', heartbeat_at = now() - interval '1 hour' WHERE plan IS NOT NULL"),
            ("U3: ", $"INSERT INTO hls_pieces (job_id, track, number, unit_id, fence, prefix, file, facts) VALUES ('{_hlsJobId}', 'audio', 0, gen_random_uuid(), 1, 'x/', '{{\"name\": \"x\", \"sizeBytes\": 1, \"sha256\": \"00\"}}', '{{}}')"),
            ("J4: more than one derivative of a job", $"INSERT INTO derivatives (id, video_id, job_id, type, fence, prefix, manifest) SELECT gen_random_uuid(), video_id, job_id, type, fence, prefix || 'x/', '{{\"files\":[]}}' FROM derivatives WHERE {hls}"),
            ("J4: more than one current", "SELECT 1"),
            ("J4: published", "SELECT 1"),
            ("J4: a derivative of another attempt", $"UPDATE derivatives SET fence = fence + 1 WHERE {hls}"),
            ("J3: job", $"UPDATE jobs SET status = 'FAILED', progress = 1, error_code = 'INTERNAL' WHERE id = '{_hlsJobId}'"),
            ("J4: a derivative, and the job did not", "SELECT 1"),
            ("J8: canceled", $"UPDATE jobs SET status = 'CANCELED' WHERE id = '{_hlsJobId}'"),
            ("J4: succeeded, and no", $"UPDATE jobs SET status = 'SUCCEEDED' WHERE id = '{_hlsJobId}'; DELETE FROM derivatives WHERE {hls}"),
            ("J9: ready", "SELECT 1"),
            ("S2: still", $"INSERT INTO storage_intents (prefix, video_id, state, expires_at) VALUES ('x/', '{_videoId}', 'WRITING', now())"),
            ("S5: deleted, and derivatives", $"UPDATE videos SET deleted_at = now() WHERE id = '{_videoId}'"),
            ("S5: deleted, and a live", "SELECT 1"),
        ];
    }

    protected override async Task PrepareAsync()
    {
        await using var worker = await Deployment.StartWorkerAsync();
        _videoId = await User.UploadAnalyzedAsync(await SourceClips.TinyAsync());
        _hlsJobId = await User.TranscodeAsync(_videoId);
        Witness.SawJob(await User.WaitForJobAsync(_hlsJobId));
    }

    private async Task ShouldSeeAsync(string says, Func<Task>? breakIt = null)
    {
        await (breakIt?.Invoke() ?? Task.CompletedTask);
        var violations = await Invariants.AtRestAsync(Deployment, Witness, Cancellation);
        Assert.True(violations.Any(v => v.Contains(says, StringComparison.Ordinal)), $"{says} is not among\n{string.Join('\n', violations)}");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Deployment.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
