using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Fairness;

/// <summary>A worker with one slot, and users with very different loads. Fences are in the order of the claims: each job here is claimed once.</summary>
[Collection("deployments")]
public sealed class FairClaimTests : DeploymentTest
{
    private const int Many = 10_000;
    private static readonly int Few = ChaosScale.Of(6, 20);

    /// <summary>Of a claim that was under way, or just decided, when the other user came.</summary>
    private const int MostBefore = 2;

    protected override string[] Settings =>
    [
        "Kinora__Worker__Concurrency__Analyze=1", "Kinora__Worker__Concurrency__Thumbnail=0", "Kinora__Worker__Concurrency__Hls=0",
    ];

    [Fact]
    public async Task Ten_thousand_jobs_of_one_user_do_not_keep_another_one_waiting()
    {
        var crowd = await QueuedOwner.InsertAsync(Deployment.Database, Many, Cancellation);
        await Deployment.StartWorkerAsync();
        var violations = new List<string>();
        for (var i = 0; i < Few; i++)
        {
            var (_, jobId) = await User.UploadAsync(await SourceClips.ShortAsync());

            // Its row may be seen by now; created_at is earlier than that.
            var seen = await Deployment.QueryAsync<DateTime>("SELECT clock_timestamp()");
            await User.WaitForJobAsync(jobId);
            await using var count = Deployment.Database.CreateCommand($"""
                SELECT count(*) FROM jobs j JOIN jobs mine ON mine.id = '{jobId}'
                WHERE j.owner_id = '{crowd}' AND j.fence < mine.fence AND j.started_at > @seen
                """);
            count.Parameters.AddWithValue("seen", seen);
            var before = (long)(await count.ExecuteScalarAsync(Cancellation))!;
            if (before > MostBefore)
            {
                violations.Add($"job {jobId} waited for {before} claims of the crowd");
            }
        }

        Assert.True(await CountAsync($"owner_id = '{crowd}' AND status = 'QUEUED'") > Many / 2, "the crowd was done with");
        new FaultRow("Fairness", $"{Many} jobs of one user wait; another one comes with one job after the other", Few, Few, [], violations).Conclude();
    }

    [Fact]
    public async Task Users_with_different_loads_get_equal_shares_and_their_jobs_are_done_in_order()
    {
        Guid[] owners =
        [
            await QueuedOwner.InsertAsync(Deployment.Database, Many, Cancellation),
            await QueuedOwner.InsertAsync(Deployment.Database, 500, Cancellation),
            await QueuedOwner.InsertAsync(Deployment.Database, Few, Cancellation),
        ];
        await Deployment.StartWorkerAsync();
        var started = TimeProvider.System.GetTimestamp();
        while (await CountAsync("fence IS NOT NULL") < Few * owners.Length)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < KinoraClient.Patience, Deployment.Log);
            await Task.Delay(100, Cancellation);
        }

        var claims = await ReadClaimsAsync(Few * owners.Length);
        var violations = claims.Chunk(owners.Length).Where(turn => turn.Select(c => c.OwnerId).Distinct().Count() < owners.Length)
            .Select(turn => $"not everyone's turn: {string.Join(", ", turn.Select(c => Array.IndexOf(owners, c.OwnerId)))}").ToList();
        foreach (var owner in owners)
        {
            var places = claims.Where(c => c.OwnerId == owner).Select(c => c.Place).ToArray();
            if (!places.SequenceEqual(Enumerable.Range(1, places.Length).Select(p => (long)p)))
            {
                violations.Add($"jobs of owner {Array.IndexOf(owners, owner)} out of order: {string.Join(", ", places)}");
            }
        }

        new FaultRow("Fairness", $"three users with {Many}, 500 and {Few} jobs", owners.Length * Few, claims.Count, [], violations).Conclude();
    }

    /// <summary>The first ones, each with the job's place among the jobs of its owner, from 1.</summary>
    private async Task<List<(Guid OwnerId, long Place)>> ReadClaimsAsync(int count)
    {
        await using var command = Deployment.Database.CreateCommand($"""
            SELECT owner_id, place FROM (
              SELECT j.owner_id, j.fence, row_number() OVER (PARTITION BY j.owner_id ORDER BY v.created_at) AS place
              FROM jobs j JOIN videos v ON v.id = j.video_id) placed
            WHERE fence IS NOT NULL ORDER BY fence LIMIT {count}
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var claims = new List<(Guid, long)>();
        while (await reader.ReadAsync(Cancellation))
        {
            claims.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        return claims;
    }

    private Task<long> CountAsync(string condition) => Deployment.QueryAsync<long>($"SELECT count(*) FROM jobs WHERE {condition}");
}
