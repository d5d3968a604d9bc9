using System.Text.Json;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Chaos.Storm;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>A plan that did not suit its source is dropped with all that was made of it, and the job is planned anew.</summary>
public sealed class ReplanTests(StormDatabase server) : IClassFixture<StormDatabase>, IAsyncLifetime
{
    private UnitWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await UnitWorld.CreateAsync(server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task The_job_can_be_claimed_again_uncharged_and_knows_what_to_avoid()
    {
        var (parent, units) = await _world.ParkAsync();
        var unit = await _world.ClaimAsync(units[0].Id);

        Assert.True(await _world.Units.ReplanAsync(unit, "copy", Cancellation));

        var again = await _world.ClaimNextAsync();
        Assert.Equal((parent.Id, 1, null), (again!.Id, again.Attempt, again.ParentId));
        var plan = await _world.QueryAsync<string>($"SELECT plan::text FROM jobs WHERE id = '{parent.Id}'");
        Assert.Equal("copy", JsonDocument.Parse(plan).RootElement.GetProperty("avoid")[0].GetString());
        Assert.Equal(0L, await _world.QueryAsync<long>($"SELECT count(*) FROM jobs WHERE parent_id = '{parent.Id}'"));
    }

    [Fact]
    public async Task What_its_units_had_published_goes_and_those_that_run_have_lost_them()
    {
        var (parent, units) = await _world.ParkAsync();
        Assert.True(await _world.CompleteAsync(await _world.ClaimAsync(units[0].Id)));
        var other = await _world.ClaimAsync(units[1].Id);
        var prefix = await _world.PutAsync(other, "0.mp4");

        Assert.True(await _world.Units.ReplanAsync(await _world.ClaimAsync(units[2].Id), "spans", Cancellation));

        Assert.False(await _world.Complete.PiecesAsync(other, [UnitWorld.Piece(other, 0)], prefix, true, Cancellation));
        Assert.Equal(0L, await _world.QueryAsync<long>($"SELECT count(*) FROM hls_pieces WHERE job_id = '{parent.Id}'"));
        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM storage_intents WHERE state = 'PUBLISHED'"));
    }

    [Fact]
    public async Task An_attempt_that_has_lost_its_unit_plans_nothing()
    {
        var (parent, units) = await _world.ParkAsync();
        var lost = await _world.ClaimAsync(units[0].Id);
        Assert.True(await _world.Jobs.ReleaseAsync(lost, Cancellation));

        Assert.False(await _world.Units.ReplanAsync(lost, "spans", Cancellation));

        Assert.Equal(units.Length, await _world.QueryAsync<long>($"SELECT count(*) FROM jobs WHERE parent_id = '{parent.Id}'"));
    }

    [Fact]
    public async Task Two_units_that_find_the_same_plan_one_of_them_drops_it()
    {
        var (_, units) = await _world.ParkAsync();
        var (one, two) = (await _world.ClaimAsync(units[0].Id), await _world.ClaimAsync(units[1].Id));

        var done = await Task.WhenAll(
            _world.Units.ReplanAsync(one, "spans", Cancellation), _world.Units.ReplanAsync(two, "spans", Cancellation));

        Assert.Single(done, true);
    }
}
