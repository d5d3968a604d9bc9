using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.Core.Videos;
using Kinora.IntegrationTests.Chaos.Storm;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>The classes of the job protocol on a database of their own, with no process beside them that does anything by itself.</summary>
internal sealed class UnitWorld : IAsyncDisposable
{
    public const string Sound = """{"unit": "sound"}""";
    public const string Last = """{"unit": "last"}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Sha256 = new('0', 64);
    private readonly StormLedger _ledger = new();

    private UnitWorld(NpgsqlDataSource source)
    {
        var options = Options.Create(new JobOptions { Lease = TimeSpan.FromMinutes(10) });
        var statements = JobStatements.Default;
        Source = source;
        Objects = new StormObjects(source, _ledger);
        Jobs = new JobStore(source, statements, options, TimeProvider.System);
        Dispatch = new DispatchStore(source, statements, options);
        Complete = new CompleteJob(source, statements, options);
        Units = new HlsUnits(source, statements);
        Publisher = new Publisher(source, statements, Objects, Complete);
        Delete = new DeleteVideo(source, statements, Options.Create(new CollectorOptions()));

        // It waits for a lease after its start; one crash is enough.
        Reaper = new JobReaper(
            source, statements, Options.Create(new JobOptions { Lease = TimeSpan.FromMilliseconds(100), Grace = TimeSpan.Zero, MaxCrashes = 1 }), TimeProvider.System);
        Beats = new BeatSender(statements, TimeSpan.FromMinutes(10));
    }

    public NpgsqlDataSource Source { get; }

    public StormObjects Objects { get; }

    public JobStore Jobs { get; }

    public DispatchStore Dispatch { get; }

    public CompleteJob Complete { get; }

    public HlsUnits Units { get; }

    public Publisher Publisher { get; }

    public DeleteVideo Delete { get; }

    public JobReaper Reaper { get; }

    public BeatSender Beats { get; }

    public Guid OwnerId { get; } = Guid.CreateVersion7();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<UnitWorld> CreateAsync(StormDatabase server)
    {
        var world = new UnitWorld(await server.CopyAsync("DROP TRIGGER jobs_audit ON jobs"));
        await world.ExecuteAsync($"INSERT INTO users (id, email, normalized_email, password_hash) VALUES ('{world.OwnerId}', 'x', '{world.OwnerId}', 'none')");
        return world;
    }

    public static NewUnit Unit(string parameters, int rank = 0, double weight = 1) =>
        new(Guid.CreateVersion7(), parameters, rank, weight, IsLast: parameters == Last);

    /// <summary>A video's HLS job, claimed.</summary>
    public async Task<ClaimedJob> ClaimParentAsync()
    {
        var videoId = Guid.CreateVersion7();
        await ExecuteAsync($"""
            INSERT INTO videos (id, owner_id, title, original_filename, status, size_bytes, content_type, sha256, source_key, transcode_after_analysis, media_info)
            VALUES ('{videoId}', '{OwnerId}', 'x', 'x', 'ANALYZED', 1, 'video/mp4', sha256('x'), 'none', true, jsonb_build_object())
            """);
        await using var connection = await Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var jobId = await SubmitJob.RunAsync(connection, videoId, JobType.Hls, "{}", 3, "request", Cancellation);
        await transaction.CommitAsync(Cancellation);
        return await ClaimAsync(jobId);
    }

    /// <summary>A parked parent with two spans, sound and the last unit.</summary>
    public async Task<(ClaimedJob Parent, NewUnit[] Units)> ParkAsync()
    {
        var parent = await ClaimParentAsync();
        NewUnit[] units = [Unit("""{"unit": "first"}""", 0, 2), Unit("""{"unit": "second"}""", 2, 2), Unit(Sound, 1, 1), Unit(Last, 0, 0)];
        Assert.True(await Units.ParkAsync(parent, """{"made": "up"}""", units, Cancellation));
        return (parent, units);
    }

    public async Task<ClaimedJob> ClaimAsync(Guid jobId) => (await Jobs.ClaimAsync(jobId, "test", Cancellation))!.Job;

    public async Task<ClaimedJob?> ClaimNextAsync() => (await Jobs.ClaimNextAsync(JobType.Hls, null, "test", Cancellation))?.Job;

    public Task<JobStatus?> FailAsync(ClaimedJob job, JobErrorCode code) => Jobs.FailAsync(job, code, "It is the test.", TimeSpan.Zero, Cancellation);

    /// <summary>Puts one object and publishes it as piece 0 of a track of the unit's own.</summary>
    public async Task<bool> CompleteAsync(ClaimedJob unit, bool isLast = true, int number = 0)
    {
        var prefix = await PutAsync(unit, "0.mp4");
        return await Complete.PiecesAsync(unit, [Piece(unit, number)], prefix, isLast, Cancellation);
    }

    public async Task<string> PutAsync(ClaimedJob unit, string name)
    {
        var prefix = await Publisher.BeginPrefixAsync(unit, Cancellation);
        await Publisher.PutAsync(prefix, [new LocalFile(name, name, StormObjects.Size, Sha256, "video/mp4")], _ => { }, Cancellation);
        return prefix;
    }

    public static HlsPiece Piece(ClaimedJob unit, int number) => new()
    {
        JobId = unit.ParentId!.Value,
        Track = $"track-{unit.Id}",
        Number = number,
        UnitId = unit.Id,
        Fence = unit.Fence,
        Prefix = "",
        File = File("0.mp4"),
        Facts = """{"frames": 1}""",
    };

    public static ManifestFile File(string name, string? path = null) => new(name, StormObjects.Size, Sha256, "video/mp4", path);

    /// <summary>All units but the last are done, and that one is claimed.</summary>
    public async Task<ClaimedJob> ClaimLastAsync(NewUnit[] units)
    {
        foreach (var unit in units.Where(u => !u.IsLast))
        {
            Assert.True(await CompleteAsync(await ClaimAsync(unit.Id)));
        }

        var last = Assert.Single((await Units.SettleAsync(null, Cancellation)).Woken);
        Assert.Equal(units.Single(u => u.IsLast).Id, last);
        return await ClaimAsync(last);
    }

    /// <summary>The workers of the attempts are dead.</summary>
    public async Task<IReadOnlyList<ReapedJob>> ReapAsync()
    {
        await ExecuteAsync("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 hour' WHERE lease_owner IS NOT NULL");
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var reaped = await Reaper.ReapAsync(Cancellation);
            if (reaped.Count > 0)
            {
                return reaped;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, "nothing was reaped");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }
    }

    public Task<string> StatusAsync(Guid jobId) => QueryAsync<string>($"SELECT status FROM jobs WHERE id = '{jobId}'");

    public async Task<string[]> StatusesAsync(NewUnit[] units) => await Task.WhenAll(units.Select(u => StatusAsync(u.Id)));

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        Assert.Empty(_ledger.Violations);
    }
}
