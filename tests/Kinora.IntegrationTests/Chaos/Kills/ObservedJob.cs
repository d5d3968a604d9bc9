using System.Diagnostics;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>A job's row, and which process has it or a unit of it.</summary>
internal sealed class ObservedJob(Deployment deployment, Guid id)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    public Guid Id => id;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="WorkerId">Of the process that has it, or the unit of it that was claimed last; null: none has.</param>
    /// <param name="Attempts">The most at it or at one of its units.</param>
    public readonly record struct Row(string Status, int? WorkerId, int Attempts);

    /// <summary>What a worker has of it: the job, while it is planned, or a unit.</summary>
    public readonly record struct Held(Guid Id, long Fence);

    public async Task<Row> ReadAsync()
    {
        // The owner is HOST:PROCESS:CLAIM.
        await using var command = deployment.Database.CreateCommand("""
            SELECT j.status, split_part(COALESCE(j.lease_owner, (
              SELECT u.lease_owner FROM jobs u WHERE u.parent_id = j.id AND u.lease_owner IS NOT NULL ORDER BY u.fence DESC LIMIT 1)), ':', 2)::int,
              GREATEST(j.attempts, (SELECT max(u.attempts) FROM jobs u WHERE u.parent_id = j.id))
            FROM jobs j WHERE j.id = @id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation), $"job {id} is gone");
        return new Row(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.GetInt32(2));
    }

    public async Task<Row> WaitAsync(Func<Row, bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var row = await ReadAsync();
            if (condition(row))
            {
                return row;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < KinoraClient.Patience, $"job {id} waits in vain: {row}\n{deployment.Log}");
            await Task.Delay(PollInterval, Cancellation);
        }
    }

    /// <summary>What a process has of it, be it alive or dead.</summary>
    public async Task<IReadOnlyList<Held>> HeldByAsync(KinoraProcess worker)
    {
        await using var command = deployment.Database.CreateCommand(
            "SELECT id, fence FROM jobs WHERE (id = @id OR parent_id = @id) AND lease_owner LIKE @owner ORDER BY fence");
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("owner", $"%:{worker.Id}:%");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var held = new List<Held>();
        while (await reader.ReadAsync(Cancellation))
        {
            held.Add(new Held(reader.GetGuid(0), reader.GetInt64(1)));
        }

        return held;
    }

    /// <summary>
    /// Until others have, or are done with, all that the process had of it; where it had nothing, until another one has something of it.
    /// </summary>
    public async Task WaitForTakeOverAsync(KinoraProcess from, IReadOnlyList<Held> held)
    {
        if (held.Count == 0)
        {
            await WaitAsync(row => row.Status == "SUCCEEDED" || (row.WorkerId is { } worker && worker != from.Id));
            return;
        }

        await Eventually.TrueAsync(() => AreTakenAsync(from, held), () => $"nobody takes over job {id}\n{deployment.Log}", KinoraClient.Patience);
    }

    /// <summary>Whether what was held was done by the attempt that held it.</summary>
    public Task<bool> IsDoneByAsync(Held held) =>
        deployment.QueryAsync<bool>($"SELECT EXISTS (SELECT 1 FROM jobs WHERE id = '{held.Id}' AND status = 'SUCCEEDED' AND fence = {held.Fence})");

    private async Task<bool> AreTakenAsync(KinoraProcess from, IReadOnlyList<Held> held)
    {
        await using var command = deployment.Database.CreateCommand("""
            SELECT count(*) FROM unnest(@ids, @fences) AS h(id, fence) JOIN jobs j ON j.id = h.id
            WHERE j.status IN ('QUEUED', 'RUNNING') AND j.run_after < 'infinity'
              AND (j.fence = h.fence OR j.lease_owner IS NULL OR j.lease_owner LIKE @owner)
            """);
        command.Parameters.AddWithValue("ids", held.Select(h => h.Id).ToArray());
        command.Parameters.AddWithValue("fences", held.Select(h => h.Fence).ToArray());
        command.Parameters.AddWithValue("owner", $"%:{from.Id}:%");
        return await command.ExecuteScalarAsync(Cancellation) is 0L;
    }
}
