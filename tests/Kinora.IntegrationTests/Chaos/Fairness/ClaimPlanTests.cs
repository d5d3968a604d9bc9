using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Chaos.Storm;
using Npgsql;
using NpgsqlTypes;

namespace Kinora.IntegrationTests.Chaos.Fairness;

/// <summary>
/// What the statements of claims, dispatches, reaps and settling read when many jobs wait and many more have ended: neither those that
/// ended, nor all that wait. Plans are judged, time is only told.
/// </summary>
public sealed partial class ClaimPlanTests(StormDatabase server, ITestOutputHelper output) : IClassFixture<StormDatabase>, IAsyncLifetime
{
    private const int Owners = 20;
    private const int EndedOfVideo = 25;
    private const int Films = 5;
    private const int UnitsOfFilm = 400;

    private const int Window = 256;

    /// <summary>Of one step of a plan: nothing that grows with the jobs.</summary>
    private const int MostRows = 2 * Window;
    private const int TimedRuns = 20;
    private static readonly int[] Waiting = ChaosScale.IsFull ? [10_000, 100_000] : [10_000];
    private static readonly int Ended = ChaosScale.Of(20_000, 1_000_000);
    private NpgsqlDataSource _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await server.CopyAsync("DROP TRIGGER jobs_audit ON jobs");

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_ended_and_what_waits_behind_is_not_read()
    {
        var owner = await QueuedOwner.InsertAsync(_database, 0, Cancellation);
        for (var i = 1; i < Owners; i++)
        {
            var other = await QueuedOwner.InsertAsync(_database, 0, Cancellation);
            await QueuedOwner.AddEndedAsync(_database, other, Ended / Owners / EndedOfVideo, EndedOfVideo, Cancellation);
            await QueuedOwner.AddJobsAsync(_database, other, 1, Cancellation);
        }

        await QueuedOwner.AddEndedAsync(_database, owner, Ended / Owners / EndedOfVideo, EndedOfVideo, Cancellation);
        var waiting = 0;
        foreach (var most in Waiting)
        {
            await QueuedOwner.AddJobsAsync(_database, owner, most - waiting, Cancellation);
            waiting = most;
            await ExecuteAsync("VACUUM ANALYZE jobs");
            await ShouldReadLittleAsync(waiting, "a claim", JobStatements.Default.FindClaimable, command =>
            {
                command.Parameters.AddWithValue("type", "ANALYZE");
                command.Parameters.Add(new NpgsqlParameter("named", NpgsqlDbType.Uuid) { Value = DBNull.Value });
            });
            await ShouldReadLittleAsync(waiting, "a dispatch after a commit", JobStatements.Default.TakeForDispatch, command =>
            {
                command.Parameters.AddWithValue("id", AnyWaiting());
                command.Parameters.AddWithValue("window", Window);
            });
            await ShouldReadLittleAsync(waiting, "a round of dispatching", JobStatements.Default.TakeDue, command =>
            {
                command.Parameters.AddWithValue("type", "ANALYZE");
                command.Parameters.AddWithValue("waiting", 0L);
                command.Parameters.AddWithValue("most", 100);
                command.Parameters.AddWithValue("window", Window);
                command.Parameters.AddWithValue("again", TimeSpan.FromSeconds(10));
            });
            await ShouldReadLittleAsync(waiting, "a look for lost leases", JobStatements.Default.FindLost, command =>
            {
                command.Parameters.AddWithValue("lease", TimeSpan.FromSeconds(30));
                command.Parameters.AddWithValue("grace", TimeSpan.FromSeconds(2));
                command.Parameters.AddWithValue("crashes", 3);
            });
        }

        for (var film = 0; film < Films; film++)
        {
            await QueuedOwner.AddFilmAsync(_database, owner, UnitsOfFilm, Cancellation);
        }

        await ExecuteAsync("VACUUM ANALYZE jobs, hls_pieces");
        await ShouldReadLittleAsync(waiting, "a round of settling", JobStatements.Default.FindUnsettled, command =>
            command.Parameters.Add(new NpgsqlParameter("parent", NpgsqlDbType.Uuid) { Value = DBNull.Value }));
        await ShouldReadLittleAsync(waiting, "a look for units of what has ended", JobStatements.Default.RemoveUnits, command =>
        {
            command.Parameters.AddWithValue("age", TimeSpan.FromDays(1));
            command.Parameters.AddWithValue("most", 500);
        });
    }

    private async Task ShouldReadLittleAsync(int waiting, string what, string sql, Action<NpgsqlCommand> bind)
    {
        var times = new List<double>();
        var plan = "";
        for (var run = 0; run < TimedRuns; run++)
        {
            await using var connection = await _database.OpenConnectionAsync(Cancellation);
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            var started = Stopwatch.GetTimestamp();
            await RunAsync(connection, sql, bind);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await transaction.RollbackAsync(Cancellation);
        }

        await using (var connection = await _database.OpenConnectionAsync(Cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            plan = await RunAsync(connection, $"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) {sql}", bind);
            await transaction.RollbackAsync(Cancellation);
        }

        var pages = Numbers(Pages(), plan.Split('\n').First(line => line.Contains("Buffers: ", StringComparison.Ordinal))).Sum();
        times.Sort();
        output.WriteLine($"{what}, {waiting} waiting, {Ended} ended: {times[TimedRuns / 2]:0.0} ms (median), {times[0]:0.0} ms (least), {pages} pages");
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.True(Numbers(Rows(), plan).All(rows => rows <= MostRows), plan);
    }

    private static async Task<string> RunAsync(NpgsqlConnection connection, string sql, Action<NpgsqlCommand> bind)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        bind(command);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var lines = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            lines.Add(reader.GetValue(0).ToString()!);
        }

        return string.Join('\n', lines);
    }

    private static IEnumerable<int> Numbers(Regex pattern, string text) =>
        pattern.Matches(text).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));

    private Guid AnyWaiting()
    {
        using var command = _database.CreateCommand("SELECT id FROM jobs WHERE status = 'QUEUED' LIMIT 1");
        return (Guid)command.ExecuteScalar()!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    [GeneratedRegex("(?:hit|read)=([0-9]+)")]
    private static partial Regex Pages();

    [GeneratedRegex("(?:actual rows=|Rows Removed by Filter: )([0-9]+)")]
    private static partial Regex Rows();
}
