using Kinora.IntegrationTests.Sequence;
using Npgsql;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>
/// The database refuses what no code of ours does. Each test writes in a transaction that is never committed: workers see nothing of it.
/// </summary>
public sealed class JobGuardTests(KinoraFixture fixture)
{
    private const string CheckViolation = "23514";
    private const string UniqueViolation = "23505";
    private static readonly string[] Statuses = ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"];
    private static readonly (string From, string To)[] Legal =
    [
        ("QUEUED", "RUNNING"), ("QUEUED", "CANCELED"), ("RUNNING", "SUCCEEDED"), ("RUNNING", "FAILED"), ("RUNNING", "CANCELED"),
    ];

    public static TheoryData<string, string> Edges()
    {
        var edges = new TheoryData<string, string>();
        foreach (var from in Statuses)
        {
            foreach (var to in Statuses.Where(to => to != from))
            {
                edges.Add(from, to);
            }
        }

        return edges;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Edges))]
    public async Task Only_the_edges_of_the_state_machine_can_be_gone(string from, string to)
    {
        await using var job = await JobAsync(from);

        if (Legal.Contains((from, to)))
        {
            await job.GoAsync(to);
        }
        else
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => job.GoAsync(to));
            Assert.Equal(CheckViolation, refusal.SqlState);
            Assert.Contains($"goes from {from} to {to}", refusal.MessageText, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("RUNNING")]
    [InlineData("SUCCEEDED")]
    [InlineData("FAILED")]
    [InlineData("CANCELED")]
    public async Task A_job_is_born_queued(string status)
    {
        await using var job = await JobAsync("CANCELED");

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => job.InsertAsync("HLS", status));

        Assert.Equal(CheckViolation, refusal.SqlState);
        Assert.Contains("is born", refusal.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("QUEUED")]
    [InlineData("RUNNING")]
    public async Task A_second_live_job_of_a_video_and_type_is_refused(string first)
    {
        await using var job = await JobAsync(first);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => job.InsertAsync("HLS", "QUEUED"));

        Assert.Equal(UniqueViolation, refusal.SqlState);
    }

    [Theory]
    [InlineData("SUCCEEDED")]
    [InlineData("FAILED")]
    [InlineData("CANCELED")]
    public async Task There_is_room_for_a_new_job_when_the_last_one_has_ended(string first)
    {
        await using var job = await JobAsync(first);

        await job.InsertAsync("HLS", "QUEUED");
    }

    [Theory]
    [InlineData("RUNNING", "fence = fence - 1")]
    [InlineData("RUNNING", "fence = NULL")]
    [InlineData("RUNNING", "type = 'THUMBNAIL'")]
    [InlineData("RUNNING", "id = gen_random_uuid()")]
    [InlineData("RUNNING", "parent_id = id")]
    [InlineData("RUNNING", "rank = 3")]
    [InlineData("RUNNING", "weight = -1")]
    [InlineData("RUNNING", "lease_until = NULL")]
    [InlineData("RUNNING", "progress = 100")]
    [InlineData("RUNNING", "progress = -1")]
    [InlineData("RUNNING", "finished_at = clock_timestamp()")]
    [InlineData("RUNNING", "attempts = max_attempts + 1")]
    [InlineData("RUNNING", "crashes = -1")]
    [InlineData("QUEUED", "lease_owner = 'x', lease_until = clock_timestamp()")]
    [InlineData("SUCCEEDED", "progress = 99")]
    [InlineData("SUCCEEDED", "finished_at = NULL")]
    [InlineData("FAILED", "error_code = NULL")]
    [InlineData("CANCELED", "lease_owner = 'x', lease_until = clock_timestamp()")]
    public async Task A_row_that_makes_no_sense_is_refused(string status, string change)
    {
        await using var job = await JobAsync(status);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => job.ChangeAsync(change));

        Assert.Equal(CheckViolation, refusal.SqlState);
    }

    private async Task<UncommittedJob> JobAsync(string status)
    {
        var connection = await (await fixture.OnFolderAsync()).OpenDatabaseAsync();
        var job = new UncommittedJob(connection, await connection.BeginTransactionAsync(Cancellation));
        await job.CreateAsync(status);
        return job;
    }

    /// <summary>An HLS job of a video of its own, brought to its status along legal edges.</summary>
    private sealed class UncommittedJob(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        private readonly Guid _videoId = Guid.CreateVersion7();
        private Guid _id;

        public async Task CreateAsync(string status)
        {
            var ownerId = Guid.CreateVersion7();
            await ExecuteAsync($"INSERT INTO users (id, email, normalized_email, password_hash) VALUES ('{ownerId}', 'x', '{ownerId}', 'none')");
            await ExecuteAsync($"""
                INSERT INTO videos (id, owner_id, title, original_filename, status, size_bytes, content_type, sha256, source_key,
                    transcode_after_analysis)
                VALUES ('{_videoId}', '{ownerId}', 'x', 'x', 'UPLOADED', 1, 'video/mp4', sha256('x'), 'none', false)
                """);
            _id = await InsertAsync("HLS", "QUEUED");
            foreach (var step in (string[])(status switch { "QUEUED" => [], "RUNNING" => ["RUNNING"], _ => ["RUNNING", status] }))
            {
                await GoAsync(step);
            }
        }

        public async Task<Guid> InsertAsync(string type, string status)
        {
            var id = Guid.CreateVersion7();
            await ExecuteAsync(
                $"INSERT INTO jobs (id, video_id, type, status, params, max_attempts) VALUES ('{id}', '{_videoId}', '{type}', '{status}', '{{}}', 3)");
            return id;
        }

        /// <summary>With all that belongs to the status, so that nothing but the edge can be at fault.</summary>
        public Task GoAsync(string status) => ChangeAsync($"status = '{status}', " + status switch
        {
            "QUEUED" => "finished_at = NULL, progress = 0, lease_owner = NULL, lease_until = NULL",
            "RUNNING" => "finished_at = NULL, progress = 0, fence = nextval('job_fence_seq'), lease_owner = 'x', lease_until = clock_timestamp()",
            "SUCCEEDED" => "finished_at = clock_timestamp(), progress = 100, lease_owner = NULL, lease_until = NULL",
            "FAILED" => "finished_at = clock_timestamp(), progress = 0, error_code = 'CORRUPT', lease_owner = NULL, lease_until = NULL",
            _ => "finished_at = clock_timestamp(), progress = 0, lease_owner = NULL, lease_until = NULL",
        });

        public Task ChangeAsync(string change) => ExecuteAsync($"UPDATE jobs SET {change} WHERE id = '{_id}'");

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }

        private async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
