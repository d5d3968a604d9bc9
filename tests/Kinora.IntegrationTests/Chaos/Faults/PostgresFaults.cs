using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Sequence;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>What befalls PostgreSQL, the server itself or the connections to it.</summary>
internal sealed class PostgresFaults(Deployment deployment)
{
    /// <summary>What the transactions that complete a job begin with.</summary>
    private const string Completion = "UPDATE videos SET status = CASE";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(ChaosScale.Of(3, 20));
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(ChaosScale.Of(3, 8));

    public IReadOnlyList<StoreFault> All =>
    [
        Restarted(),
        BackendsEnded(),
        CompletionEnded(),
        AnswerLost("COMMIT of a submission whose answer is lost", 3, "INSERT INTO videos"),
        AnswerLost("COMMIT of a completion whose answer is lost", 3, Completion),
        new("stopped", 1, deployment.StopPostgresAsync, IsSilentAsync)
        {
            EndAsync = deployment.StartPostgresAgainAsync, Lasts = Long, IsOutage = true,
        },
        new("hung (SIGSTOP)", 1, () => deployment.SignalPostgresAsync(PosixSignalNumber.Stop), IsSilentAsync)
        {
            EndAsync = () => deployment.SignalPostgresAsync(PosixSignalNumber.Continue), Lasts = Long, IsOutage = true,
        },
        StoreFault.Of(deployment.PostgresProxy, "connections cut", 2, p => p.ResetAll(), TcpFault.Reset),
        StoreFault.Of(deployment.PostgresProxy, "unreachable", 1, p => p.Refuse(), TcpFault.Refuse, Short),
        StoreFault.Of(deployment.PostgresProxy, "connections frozen", 2, p => p.Freeze(), TcpFault.Freeze, Short),
    ];

    private StoreFault Restarted()
    {
        var before = default(DateTime);
        return new StoreFault("restarted at once", 10, BeginAsync, async () => await StartTimeAsync() > before);

        async Task BeginAsync()
        {
            before = await StartTimeAsync();
            await deployment.RestartPostgresAtOnceAsync();
        }
    }

    private StoreFault BackendsEnded()
    {
        var ended = 0L;
        return new StoreFault(
            "all backends ended", 2, async () => ended = await EndBackendsAsync("true"), () => Task.FromResult(ended > 0));
    }

    /// <summary>A failpoint keeps some completions of a worker in their midst for long enough to be found there.</summary>
    private StoreFault CompletionEnded() => new(
        "connection ended in the midst of a completion", 3, () => Task.CompletedTask,
        async () => await EndBackendsAsync($"state = 'idle in transaction' AND query LIKE '{Completion}%'") > 0);

    private StoreFault AnswerLost(string name, int times, string after) =>
        StoreFault.Of(deployment.PostgresProxy, name, times, p => p.LoseNextCommit(after), TcpFault.LoseAnswer);

    private Task<DateTime> StartTimeAsync() => deployment.QueryAsync<DateTime>("SELECT pg_postmaster_start_time()");

    /// <returns>How many.</returns>
    private async Task<long> EndBackendsAsync(string condition)
    {
        await using var connection = new NpgsqlConnection($"{deployment.DatabaseConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"""
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND {condition}
            """, connection);
        var ended = (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        if (ended > 0)
        {
            // The test's own may be among them.
            deployment.Database.Clear();
        }

        return ended;
    }

    private async Task<bool> IsSilentAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection($"{deployment.DatabaseConnectionString};Pooling=false;Timeout=1");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            return false;
        }
        catch (NpgsqlException)
        {
            return true;
        }
    }
}
