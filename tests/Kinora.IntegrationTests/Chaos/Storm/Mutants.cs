using Kinora.Core.Jobs;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>
/// The protocol with one guard taken out, each a fault that somebody has made somewhere. A guard that another one stands behind is taken
/// out with it: alone its absence changes nothing.
/// </summary>
internal static class Mutants
{
    private const string Fence = " AND fence = @fence";
    private const string Running = " AND status = 'RUNNING'";
    private const string Owned = " AND lease_owner IS NOT NULL";
    private const string NoGuard = "DROP TRIGGER jobs_guard ON jobs";
    private static readonly JobStatements S = JobStatements.Default;

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("a completion does not ask for its fence", S with { Succeed = Without(S.Succeed, Fence) }),
        new("a completion does not ask whether the job still runs", S with { Succeed = Without(S.Succeed, Running, Owned) }, NoGuard),
        new("the reaper goes by the id alone (river#1302)",
            S with { Reap = Without(S.Reap, Fence, Running, Owned, " AND lease_until < clock_timestamp() - @grace") }, NoGuard),
        new("the reaper does not look at fence and lease again",
            S with { Reap = Without(S.Reap, Fence, " AND lease_until < clock_timestamp() - @grace") }),
        new("the reaper does not count crashes", S with { Reap = Without(S.Reap, "crashes = crashes + 1, ") }),
        new("a cancel does not ask whether the job lives", S with { Cancel = Without(S.Cancel, " AND status IN ('QUEUED', 'RUNNING')") }, NoGuard),
        new("two live jobs of a video and type may be",
            S with { Insert = Without(S.Insert, "ON CONFLICT (video_id, type) WHERE status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL DO NOTHING") },
            "DROP INDEX ix_jobs_one_live"),
        new("a claim takes a job that has an owner", S with { Claim = Without(S.Claim, Unowned) }),
        new("a claim goes on with the old fence",
            S with { Claim = With(S.Claim, "fence = nextval('job_fence_seq')", "fence = COALESCE(fence, nextval('job_fence_seq'))") }),
        new("a claim is not charged", S with { Claim = Without(S.Claim, "attempts = attempts + 1, ") }),
        new("a beat does not ask for its fence", S with { Beat = Without(S.Beat, " AND b.fence = j.fence", " AND j.fence = b.fence") }),
        new("a beat renews a lease that has ended", S with { Beat = Without(S.Beat, " AND j.lease_until > clock_timestamp()") }),
        new("a failure does not ask for its fence", S with { Fail = Without(S.Fail, Fence) }),
        new("a release does not ask for its fence", S with { Release = Without(S.Release, Fence) }),
        new("a deferral does not ask for its fence", S with { Defer = Without(S.Defer, Fence) }),
        new("a deletion leaves its jobs alive, and completions do not ask",
            S with
            {
                CancelOfVideo = With(S.CancelOfVideo, "WHERE video_id = @video", "WHERE video_id = @video AND false"),
                CompletePublishedVideo = Without(S.CompletePublishedVideo, " AND deleted_at IS NULL"),
            }),
        new("a deletion locks jobs before their video",
            S with { DeleteVideo = $"{JobsFirst} {S.DeleteVideo}" }),
        new("objects are put before their intent", S, PutsFirst: true),
        new("what is replaced is not doomed",
            S with { ReplaceDerivative = With(S.ReplaceDerivative, "WHERE i.video_id = @video", "WHERE false") }),
        new("the collector takes the prefix of a live attempt, and a completion does not miss its intent",
            S with
            {
                DoomAbandoned = With(With(S.DoomAbandoned, "AND j.status = 'RUNNING'", "AND false"), "+ @grace", "+ 0 * @grace"),
                PublishIntent = IntentAnyway,
            }),
        new("the last unit does not wait for the others",
            S with
            {
                FindUnsettled = With(S.FindUnsettled, "AND u.run_after < 'infinity'", "AND false"),
                WakeLastUnit = With(S.WakeLastUnit, "u.id <> l.id", "false"),
            }),
        new("the end of a job leaves its units alive", S with { CancelUnits = With(S.CancelUnits, "WHERE u.parent_id = @parent", "WHERE false") }),
        new("what units have published is not doomed with their job",
            S with { DoomPieces = With(S.DoomPieces, "WHERE prefix IN (SELECT prefix FROM gone)", "WHERE false") }),
    ];

    /// <summary>In the claim's condition, not in what it sets.</summary>
    private const string Unowned = " AND lease_owner IS NULL";

    /// <summary>The pause stands for a slow machine: the two locks are otherwise taken within a millisecond.</summary>
    private const string JobsFirst = "SELECT 1 FROM jobs WHERE video_id = @video FOR UPDATE; SELECT pg_sleep(0.02);";

    private const string IntentAnyway = """
        INSERT INTO storage_intents (prefix, video_id, job_id, fence, state, expires_at)
        SELECT @prefix, video_id, id, @fence, 'PUBLISHED', clock_timestamp() FROM jobs WHERE id = @id
        ON CONFLICT (prefix) DO UPDATE SET state = 'PUBLISHED'
        """;

    private static string Without(string sql, params string[] guards) => guards.Aggregate(sql, (text, guard) => With(text, guard, ""));

    /// <summary>A mutant that is none, since the statement was rewritten meanwhile, must not pass for one.</summary>
    private static string With(string sql, string old, string replacement) =>
        sql.Contains(old, StringComparison.Ordinal)
            ? sql.Replace(old, replacement, StringComparison.Ordinal)
            : throw new InvalidOperationException($"The statement has no \"{old}\":\n{sql}");
}
