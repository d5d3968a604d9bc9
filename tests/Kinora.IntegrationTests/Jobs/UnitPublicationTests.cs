using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.IntegrationTests.Chaos.Storm;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>What units publish: pieces while their parent lives, and a derivative with its end.</summary>
public sealed class UnitPublicationTests(StormDatabase server) : IClassFixture<StormDatabase>, IAsyncLifetime
{
    private UnitWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await UnitWorld.CreateAsync(server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_unit_that_grows_publishes_many_times_and_ends_with_the_last()
    {
        var (parent, units) = await _world.ParkAsync();
        var unit = await _world.ClaimAsync(units[2].Id);

        Assert.True(await _world.CompleteAsync(unit, isLast: false));
        Assert.True(await _world.CompleteAsync(unit, isLast: false, number: 1));
        Assert.Equal("RUNNING", await _world.StatusAsync(unit.Id));
        Assert.True(await _world.CompleteAsync(unit, isLast: true, number: 2));

        Assert.Equal("SUCCEEDED", await _world.StatusAsync(unit.Id));
        Assert.True(await _world.Complete.IsCompletedAsync(unit, Cancellation));
        Assert.Equal("3 3 3", await _world.QueryAsync<string>($"""
            SELECT concat_ws(' ', count(*), count(DISTINCT h.prefix), count(*) FILTER (WHERE i.state = 'PUBLISHED' AND i.job_id = h.unit_id AND i.fence = h.fence))
            FROM hls_pieces h JOIN storage_intents i ON i.prefix = h.prefix
            WHERE h.job_id = '{parent.Id}' AND starts_with(h.prefix, '{ObjectKey.JobPrefix(parent.VideoId, parent.Id)}')
            """));
    }

    [Fact]
    public async Task A_piece_that_is_published_again_stays_as_it_was_and_the_second_one_is_doomed()
    {
        var (_, units) = await _world.ParkAsync();
        var first = await _world.ClaimAsync(units[0].Id);
        Assert.True(await _world.CompleteAsync(first, isLast: false));
        var kept = await _world.QueryAsync<string>("SELECT prefix FROM hls_pieces");
        Assert.True(await _world.Jobs.ReleaseAsync(first, Cancellation));
        var second = await _world.ClaimAsync(units[0].Id);

        Assert.True(await _world.CompleteAsync(second));

        Assert.Equal(kept, await _world.QueryAsync<string>("SELECT prefix FROM hls_pieces"));
        Assert.Equal("DOOMED", await _world.QueryAsync<string>($"SELECT state FROM storage_intents WHERE fence = {second.Fence}"));
        Assert.Equal("SUCCEEDED", await _world.StatusAsync(second.Id));
    }

    [Fact]
    public async Task A_publication_whose_answer_was_lost_can_be_made_again()
    {
        var (_, units) = await _world.ParkAsync();
        var unit = await _world.ClaimAsync(units[0].Id);
        var prefix = await _world.PutAsync(unit, "0.mp4");

        Assert.True(await _world.Complete.PiecesAsync(unit, [UnitWorld.Piece(unit, 0)], prefix, false, Cancellation));
        Assert.True(await _world.Complete.PiecesAsync(unit, [UnitWorld.Piece(unit, 0)], prefix, false, Cancellation));

        Assert.Equal("PUBLISHED", await _world.QueryAsync<string>($"SELECT state FROM storage_intents WHERE prefix = '{prefix}'"));
    }

    [Fact]
    public async Task Pieces_of_an_attempt_that_has_lost_its_unit_or_its_parent_are_refused()
    {
        var (parent, units) = await _world.ParkAsync();
        var lost = await _world.ClaimAsync(units[0].Id);
        var prefix = await _world.PutAsync(lost, "0.mp4");
        Assert.True(await _world.Jobs.ReleaseAsync(lost, Cancellation));
        await _world.ClaimAsync(units[0].Id);
        var other = await _world.ClaimAsync(units[1].Id);
        var otherPrefix = await _world.PutAsync(other, "0.mp4");

        Assert.False(await _world.Complete.PiecesAsync(lost, [UnitWorld.Piece(lost, 0)], prefix, true, Cancellation));
        Assert.False(await _world.Complete.PiecesAsync(lost, [UnitWorld.Piece(lost, 0)], prefix, false, Cancellation));
        await _world.Jobs.CancelAsync(parent.Id, Cancellation);
        Assert.False(await _world.Complete.PiecesAsync(other, [UnitWorld.Piece(other, 0)], otherPrefix, true, Cancellation));

        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM hls_pieces"));
        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM storage_intents WHERE state <> 'WRITING'"));
    }

    [Fact]
    public async Task The_last_unit_completes_its_parent_and_what_is_in_no_manifest_is_doomed()
    {
        var (parent, units) = await _world.ParkAsync();
        var last = await _world.ClaimLastAsync(units);
        var prefix = await _world.PutAsync(last, "master.m3u8");
        var derivative = await DerivativeAsync(parent, prefix, $"track-{units[0].Id}", $"track-{units[1].Id}");

        Assert.True(await _world.Complete.PublishedAsync(last, derivative, prefix, Cancellation));

        Assert.False(await _world.Complete.PublishedAsync(last, derivative, prefix, Cancellation));
        Assert.True(await _world.Complete.IsCompletedAsync(last, Cancellation));
        Assert.True(await _world.Units.HasEndedParentAsync(last, Cancellation));
        Assert.Equal("SUCCEEDED 100 READY", await _world.QueryAsync<string>(
            $"SELECT concat_ws(' ', j.status, j.progress, v.status) FROM jobs j JOIN videos v ON v.id = j.video_id WHERE j.id = '{parent.Id}'"));
        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM hls_pieces"));
        Assert.Equal("DOOMED 1, PUBLISHED 3", await _world.QueryAsync<string>(
            "SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM storage_intents GROUP BY state) s"));
    }

    [Fact]
    public async Task A_derivative_of_units_is_doomed_whole_when_it_is_replaced()
    {
        var (parent, units) = await _world.ParkAsync();
        var last = await _world.ClaimLastAsync(units);
        var prefix = await _world.PutAsync(last, "master.m3u8");
        var derivative = await DerivativeAsync(parent, prefix, $"track-{units[0].Id}", $"track-{units[1].Id}", $"track-{units[2].Id}");
        Assert.True(await _world.Complete.PublishedAsync(last, derivative, prefix, Cancellation));
        await _world.ExecuteAsync($$"""
            INSERT INTO jobs (id, video_id, type, status, params, max_attempts) VALUES ('{{Guid.CreateVersion7()}}', '{{parent.VideoId}}', 'HLS', 'QUEUED', '{}', 3)
            """);
        var again = (await _world.ClaimNextAsync())!;

        await _world.Publisher.PublishAsync(again, [new LocalFile("master.m3u8", "x", StormObjects.Size, new string('0', 64), "x")], null, _ => { }, Cancellation);

        Assert.Equal("DOOMED 4, PUBLISHED 1", await _world.QueryAsync<string>(
            "SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM storage_intents GROUP BY state) s"));
    }

    [Fact]
    public async Task A_fence_that_is_not_the_parents_completes_nothing()
    {
        var (parent, units) = await _world.ParkAsync();
        var last = await _world.ClaimLastAsync(units);
        var prefix = await _world.PutAsync(last, "master.m3u8");
        var derivative = await DerivativeAsync(parent with { Fence = parent.Fence + 1 }, prefix);

        Assert.False(await _world.Complete.PublishedAsync(last, derivative, prefix, Cancellation));

        Assert.Equal("RUNNING RUNNING", $"{await _world.StatusAsync(parent.Id)} {await _world.StatusAsync(last.Id)}");
    }

    [Fact]
    public async Task What_was_published_of_a_failed_parent_goes_at_once()
    {
        var (parent, units) = await _world.ParkAsync();
        Assert.True(await _world.CompleteAsync(await _world.ClaimAsync(units[0].Id)));
        await _world.FailAsync(await _world.ClaimAsync(units[1].Id), JobErrorCode.Corrupt);

        await _world.Units.SettleAsync(parent.Id, Cancellation);

        Assert.Equal(0L, await _world.QueryAsync<long>("SELECT count(*) FROM hls_pieces"));
        Assert.True(await _world.QueryAsync<bool>("SELECT expires_at <= clock_timestamp() FROM storage_intents WHERE state = 'DOOMED'"));
    }

    /// <summary>The pieces of the tracks, and a master under the prefix.</summary>
    private async Task<Derivative> DerivativeAsync(ClaimedJob parent, string prefix, params string[] tracks)
    {
        var root = ObjectKey.JobPrefix(parent.VideoId, parent.Id);
        var files = new List<ManifestFile>();
        foreach (var track in tracks)
        {
            var key = await _world.QueryAsync<string>($"SELECT prefix || (file ->> 'name') FROM hls_pieces WHERE track = '{track}'");
            files.Add(UnitWorld.File(key[root.Length..]));
        }

        files.Add(UnitWorld.File("master.m3u8", prefix[root.Length..] + "master.m3u8"));
        return new Derivative
        {
            VideoId = parent.VideoId,
            JobId = parent.Id,
            Type = JobType.Hls,
            Fence = parent.Fence,
            Prefix = root,
            Manifest = new Manifest(files),
        };
    }
}
