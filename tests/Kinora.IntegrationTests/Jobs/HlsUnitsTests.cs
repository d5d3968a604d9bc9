using Kinora.Core.Errors;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Chaos.Storm;
using Npgsql;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>What units and their parent are to each other, from the split to every end that there is.</summary>
public sealed class HlsUnitsTests(StormDatabase server) : IClassFixture<StormDatabase>, IAsyncLifetime
{
    private UnitWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await UnitWorld.CreateAsync(server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Units_are_claimed_by_rank_and_neither_the_parked_parent_nor_the_last_one_is()
    {
        var (parent, units) = await _world.ParkAsync();
        var plain = await _world.ClaimParentAsync();
        Assert.True(await _world.Jobs.ReleaseAsync(plain, Cancellation));

        var claimed = new List<Guid>();
        while (await _world.ClaimNextAsync() is { } job)
        {
            claimed.Add(job.Id);
            Assert.Equal(job.Id == plain.Id ? null : parent.Id, job.ParentId);
        }

        Assert.Equal([units[0].Id, plain.Id, units[2].Id, units[1].Id], claimed);
        Assert.Equal(units[0].Id, await _world.QueryAsync<Guid>($"SELECT id FROM jobs WHERE params = '{units[0].Params}' AND request_id = 'request' AND max_attempts = 3"));
        Assert.Empty(await _world.Dispatch.TakeDueAsync(JobType.Hls, 0, 100, Cancellation));
        Assert.Null(await _world.Dispatch.TakeAsync(parent.Id, Cancellation));
    }

    [Fact]
    public async Task Later_spans_of_one_owner_wait_for_the_first_ones_of_all()
    {
        var (_, units) = await _world.ParkAsync();
        await _world.ClaimAsync(units[0].Id);
        await _world.ClaimAsync(units[2].Id);
        var ownerId = Guid.CreateVersion7();
        await _world.ExecuteAsync($"""
            INSERT INTO users (id, email, normalized_email, password_hash) VALUES ('{ownerId}', 'x', '{ownerId}', 'none');
            ALTER TABLE jobs DISABLE TRIGGER jobs_guard;
            UPDATE jobs SET owner_id = '{ownerId}' WHERE parent_id IS NOT NULL;
            ALTER TABLE jobs ENABLE TRIGGER jobs_guard;
            """);
        for (var i = 0; i < 3; i++)
        {
            await _world.ClaimParentAsync();
        }

        var video = await _world.ClaimParentAsync();
        Assert.True(await _world.Jobs.ReleaseAsync(video, Cancellation));

        // The other owner has more running, and has what is wanted first.
        Assert.Equal(video.Id, (await _world.ClaimNextAsync())!.Id);
        Assert.Equal(units[1].Id, (await _world.ClaimNextAsync())!.Id);
    }

    [Fact]
    public async Task An_attempt_that_has_lost_the_job_does_not_split_it()
    {
        var lost = await _world.ClaimParentAsync();
        Assert.True(await _world.Jobs.ReleaseAsync(lost, Cancellation));
        var parent = await _world.ClaimAsync(lost.Id);

        Assert.False(await _world.Units.ParkAsync(lost, "{}", [UnitWorld.Unit(UnitWorld.Last)], Cancellation));
        Assert.True(await _world.Units.ParkAsync(parent, "{}", [UnitWorld.Unit(UnitWorld.Last)], Cancellation));
        Assert.False(await _world.Units.ParkAsync(parent, "{}", [UnitWorld.Unit(UnitWorld.Last)], Cancellation));
        Assert.Equal(1L, await _world.QueryAsync<long>("SELECT count(*) FROM jobs WHERE parent_id IS NOT NULL"));
    }

    [Fact]
    public async Task A_unit_is_of_its_parents_video_and_type()
    {
        var (parent, units) = await _world.ParkAsync();
        var other = await _world.ClaimParentAsync();
        foreach (var (parentId, videoId, type) in (IEnumerable<(Guid, Guid, string)>)
            [(parent.Id, parent.VideoId, "THUMBNAIL"), (parent.Id, other.VideoId, "HLS"), (units[0].Id, parent.VideoId, "HLS")])
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => _world.ExecuteAsync($$"""
                INSERT INTO jobs (id, video_id, type, status, params, max_attempts, parent_id)
                VALUES (gen_random_uuid(), '{{videoId}}', '{{type}}', 'QUEUED', '{}', 3, '{{parentId}}')
                """));
            Assert.Contains("is no unit of", refusal.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Units_that_are_done_at_once_wake_the_last_one_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var (parent, units) = await _world.ParkAsync();
            var claimed = await Task.WhenAll(units.Where(u => !u.IsLast).Select(u => _world.ClaimAsync(u.Id)));

            var settled = await Task.WhenAll(claimed.Select(async unit =>
            {
                Assert.True(await _world.CompleteAsync(unit));
                return await _world.Units.SettleAsync(parent.Id, Cancellation);
            }));

            Assert.Equal(units.Single(u => u.IsLast).Id, Assert.Single(settled.SelectMany(s => s.Woken)));
            Assert.Empty((await _world.Units.SettleAsync(null, Cancellation)).Woken);
        }
    }

    [Fact]
    public async Task A_unit_that_failed_for_good_fails_its_parent_and_the_others_are_canceled()
    {
        var (parent, units) = await _world.ParkAsync();
        await _world.ClaimAsync(units[1].Id);
        var unit = await _world.ClaimAsync(units[0].Id);
        Assert.Equal(JobStatus.Failed, await _world.FailAsync(unit, JobErrorCode.Corrupt));
        Assert.Equal("RUNNING ANALYZED", await _world.QueryAsync<string>($"SELECT j.status || ' ' || v.status FROM jobs j JOIN videos v ON v.id = j.video_id WHERE j.id = '{parent.Id}'"));

        var settled = await _world.Units.SettleAsync(parent.Id, Cancellation);

        Assert.Equal(new FailedParent(parent.Id, parent.VideoId, JobType.Hls, JobErrorCode.Corrupt), Assert.Single(settled.Failed));
        Assert.Equal([parent.Id], settled.Canceled);
        Assert.Equal(["FAILED", "CANCELED", "CANCELED", "CANCELED"], await _world.StatusesAsync(units));
        Assert.Equal("FAILED CORRUPT It is the test. FAILED", await _world.QueryAsync<string>(
            $"SELECT concat_ws(' ', j.status, j.error_code, j.error_message, v.status) FROM jobs j JOIN videos v ON v.id = j.video_id WHERE j.id = '{parent.Id}'"));
        Assert.Equal((0, 0, 0), Counts(await _world.Units.SettleAsync(null, Cancellation)));
    }

    [Fact]
    public async Task A_unit_that_waits_for_its_next_attempt_changes_nothing()
    {
        var (parent, units) = await _world.ParkAsync();
        Assert.Equal(JobStatus.Running, await _world.FailAsync(await _world.ClaimAsync(units[0].Id), JobErrorCode.Internal));

        Assert.Equal((0, 0, 0), Counts(await _world.Units.SettleAsync(parent.Id, Cancellation)));

        Assert.Equal(2, (await _world.ClaimAsync(units[0].Id)).Attempt);
    }

    [Fact]
    public async Task The_third_worker_that_a_unit_kills_ends_all_as_poison_and_the_video_stays()
    {
        var (parent, units) = await _world.ParkAsync();
        await _world.ClaimAsync(units[0].Id);

        var reaped = Assert.Single(await _world.ReapAsync());
        Assert.Equal((units[0].Id, true, (Guid?)parent.Id), (reaped.Id, reaped.IsFinal, reaped.ParentId));
        var failed = Assert.Single((await _world.Units.SettleAsync(null, Cancellation)).Failed);

        Assert.Equal((parent.Id, JobErrorCode.Poison), (failed.Id, failed.Code));
        Assert.Equal("ANALYZED", await _world.QueryAsync<string>($"SELECT status FROM videos WHERE id = '{parent.VideoId}'"));
        Assert.Equal(["FAILED", "CANCELED", "CANCELED", "CANCELED"], await _world.StatusesAsync(units));
    }

    [Fact]
    public async Task A_cancel_ends_the_parent_with_its_units_and_no_unit_alone()
    {
        var (parent, units) = await _world.ParkAsync();
        var running = await _world.ClaimAsync(units[0].Id);

        Assert.Empty(await _world.Jobs.CancelAsync(units[0].Id, Cancellation));
        var canceled = await _world.Jobs.CancelAsync(parent.Id, Cancellation);

        Assert.Equal(units.Select(u => u.Id).Prepend(parent.Id).Order(), canceled.Order());
        Assert.All(await _world.StatusesAsync(units), status => Assert.Equal("CANCELED", status));
        Assert.Empty(await _world.Jobs.CancelAsync(parent.Id, Cancellation));
        await Assert.ThrowsAsync<JobLostException>(() => _world.CompleteAsync(running));
    }

    [Fact]
    public async Task A_deletion_leaves_nothing_of_units_alive()
    {
        var (parent, units) = await _world.ParkAsync();
        Assert.True(await _world.CompleteAsync(await _world.ClaimAsync(units[0].Id)));

        var canceled = await _world.Delete.RunAsync(parent.VideoId, Cancellation);

        Assert.Equal(units[1..].Select(u => u.Id).Append(parent.Id).Order(), canceled!.Select(c => c.Id).Order());
        Assert.Equal(parent.Id, Assert.Single(canceled!, c => !c.IsUnit).Id);
        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM hls_pieces"));
        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM storage_intents WHERE state <> 'DOOMED'"));
        Assert.Equal((0, 0, 0), Counts(await _world.Units.SettleAsync(null, Cancellation)));
    }

    [Fact]
    public async Task The_parents_progress_is_its_units_by_weight_and_never_falls()
    {
        var (parent, units) = await _world.ParkAsync();
        var unit = await _world.ClaimAsync(units[0].Id);
        await BeatAsync(unit, 50);
        Assert.Equal(20, await ProgressAsync());

        Assert.True(await _world.Jobs.ReleaseAsync(unit, Cancellation));
        unit = await _world.ClaimAsync(units[0].Id);
        await BeatAsync(unit, 10);
        Assert.Equal(20, await ProgressAsync());

        Assert.True(await _world.CompleteAsync(unit));
        await _world.Units.SettleAsync(parent.Id, Cancellation);
        Assert.Equal(40, await ProgressAsync());

        await _world.ClaimLastAsync(units[1..]);
        await _world.Units.SettleAsync(parent.Id, Cancellation);
        Assert.Equal(99, await ProgressAsync());

        Task<int> ProgressAsync() => _world.QueryAsync<int>($"SELECT progress FROM jobs WHERE id = '{parent.Id}'");
    }

    [Fact]
    public async Task A_parent_that_somebody_has_locked_keeps_no_beat_waiting()
    {
        var (parent, units) = await _world.ParkAsync();
        var unit = await _world.ClaimAsync(units[0].Id);
        await using var connection = await _world.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var locking = new NpgsqlCommand($"SELECT 1 FROM jobs WHERE id = '{parent.Id}' FOR UPDATE", connection);
        await locking.ExecuteScalarAsync(Cancellation);

        await BeatAsync(unit, 50);

        Assert.Equal(0, await _world.QueryAsync<int>($"SELECT progress FROM jobs WHERE id = '{parent.Id}'"));
    }

    private async Task BeatAsync(ClaimedJob unit, int progress)
    {
        await using var connection = await _world.Source.OpenConnectionAsync(Cancellation);
        var beat = new Beat(unit.Id, unit.Fence, progress, null, unit.ParentId);
        Assert.Single(_world.Beats.Send(connection, [beat]));
        _world.Beats.MoveParents(connection, [beat]);
    }

    private static (int Woken, int Canceled, int Failed) Counts(Settled settled) =>
        (settled.Woken.Count, settled.Canceled.Count, settled.Failed.Count);
}
