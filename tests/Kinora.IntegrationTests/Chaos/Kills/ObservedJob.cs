using System.Diagnostics;
using Kinora.IntegrationTests.Sequence;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>A job's row, and which process has it.</summary>
internal sealed class ObservedJob(Deployment deployment, Guid id)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    public Guid Id => id;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="WorkerId">Of the process that has it; null: none has.</param>
    public readonly record struct Row(string Status, int? WorkerId, int Attempts);

    public async Task<Row> ReadAsync()
    {
        // The owner is HOST:PROCESS:CLAIM.
        await using var command = deployment.Database.CreateCommand(
            "SELECT status, split_part(lease_owner, ':', 2)::int, attempts FROM jobs WHERE id = @id");
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

    /// <summary>Until another process than the given one has it, or had it and is done.</summary>
    public Task<Row> WaitForTakeOverAsync(KinoraProcess from) =>
        WaitAsync(row => row.Status == "SUCCEEDED" || (row.WorkerId is { } worker && worker != from.Id));
}
