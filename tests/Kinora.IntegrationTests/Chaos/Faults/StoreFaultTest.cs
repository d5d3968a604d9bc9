using System.Diagnostics;
using System.Net;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>
/// Users, two APIs and two workers, and between them and their stores a proxy each. While jobs run and wait, a store fails in one way
/// after the other; after each the system works again by itself, and in the end every job has succeeded at its first attempt.
/// </summary>
[Collection("deployments")]
public abstract class StoreFaultTest : DeploymentTest
{
    private const int BriefFaults = 2;
    private static readonly int Users = ChaosScale.Of(2, 4);
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);
    private readonly List<TrafficUser> _users = [];

    /// <summary>Somebody whose requests are not part of the traffic.</summary>
    private protected TrafficUser Stranger { get; private set; } = null!;

    /// <summary>The heading in docs/reliability.md.</summary>
    protected abstract string Section { get; }

    /// <summary>What health calls the store.</summary>
    protected abstract string HealthName { get; }

    /// <summary>What /health/ready answers while the store is away.</summary>
    protected abstract HttpStatusCode ReadyMeanwhile { get; }

    protected override IReadOnlyList<string[]> WorkerSettings => [[], []];

    public override async ValueTask DisposeAsync()
    {
        _users.ForEach(u => u.Dispose());
        await base.DisposeAsync();
    }

    protected override Task<Deployment> StartDeploymentAsync() => Deployment.StartBehindProxiesAsync(null, Settings);

    protected override async Task PrepareAsync()
    {
        KinoraProcess[] apis = [Deployment.Api, await Deployment.StartApiAsync()];
        for (var i = 0; i < Users; i++)
        {
            _users.Add(Observe(await Deployment.CreateUserAsync(apis[i % apis.Length])));
        }

        Stranger = Observe(User);
    }

    /// <summary>Requests while the store is away, and what must be answered.</summary>
    protected abstract Task AskMeanwhileAsync();

    /// <summary>Returns when the store is seen to be used again; called when a fault has ended.</summary>
    protected virtual Task WaitForUseAsync() => Task.CompletedTask;

    /// <param name="jobs">How many there must have been in the end, at least.</param>
    private protected async Task RunAsync(IEnumerable<StoreFault> faults, int jobs)
    {
        var tallies = ChaosScale.Draw(faults, f => f.Name, BriefFaults).Select(f => (Fault: f, Tally: new FaultTally(Section, f.Name))).ToList();
        IReadOnlyList<string> violations;
        await using (var health = new HealthWatch(Deployment, Witness))
        {
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var traffic = Task.WhenAll(_users.Select(u => u.RunAsync(stopping.Token)));
            for (var round = 0; round < ChaosScale.Of(1, tallies.Max(t => t.Fault.Times)); round++)
            {
                foreach (var (fault, tally) in tallies.Where(t => round < t.Fault.Times))
                {
                    await InjectAsync(fault, tally, health);
                }
            }

            await UntilAsync(
                async () => await Deployment.QueryAsync<long>("SELECT count(*) FROM jobs") >= jobs, () => $"fewer than {jobs} jobs", traffic);
            await stopping.CancelAsync();
            await UntilAsync(
                () => Task.FromResult(traffic.IsCompleted), () => $"these do not end: {string.Join(", ", Witness.Jobs.Where(j => j.Value is "QUEUED" or "RUNNING"))}");
            await traffic;
            violations = [.. await Invariants.SettleAsync(Deployment, Witness, SettlePatience, Cancellation), .. await FindChargedAsync()];
        }

        Assert.DoesNotContain(Deployment.Processes, p => p.Exited.IsCompleted);
        tallies.ForEach(t => t.Tally.Conclude(violations));
    }

    private TrafficUser Observe(KinoraClient client) => new(client, Witness, mayBeRefused: ReadyMeanwhile == HttpStatusCode.ServiceUnavailable);

    private async Task InjectAsync(StoreFault fault, FaultTally tally, HealthWatch health)
    {
        await UntilAsync(AreJobsRunningAndWaitingAsync, () => $"not enough to do before {fault.Name}");
        tally.CountInjected();
        var begun = Stopwatch.GetTimestamp();
        await fault.BeginAsync();
        if (fault.IsOutage)
        {
            var noticed = await health.WaitAsync(HealthName, "down", ReadyMeanwhile);
            if (ChaosScale.IsFull && noticed > NoticeLimit)
            {
                Witness.Add($"A1: {fault.Name} was noticed after {noticed}");
            }

            await AskMeanwhileAsync();
        }

        await UntilAsync(fault.HasHappenedAsync, () => $"{fault.Name}: it did not happen");
        tally.CountFired();
        if (fault.EndAsync is not null)
        {
            var left = fault.Lasts - Stopwatch.GetElapsedTime(begun);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, Cancellation);
            await fault.EndAsync();
        }

        var ended = Stopwatch.GetTimestamp();
        await Task.WhenAll(SeeWorkDoneAsync(), WaitForUseAsync(), health.WaitAsync(HealthName, "ok", HttpStatusCode.OK));
        tally.AddRecovery(Stopwatch.GetElapsedTime(ended));

        // What waited while the queue was away is handed over within seconds; in the end all has been.
        var violations = await Invariants.AlwaysAsync(Deployment, Witness, Cancellation);
        tally.AddViolations(violations.Where(v => !v.StartsWith("J7", StringComparison.Ordinal)));
    }

    /// <summary>A stranger's upload is taken and analyzed, whatever the others have under way.</summary>
    private async Task SeeWorkDoneAsync()
    {
        (Guid VideoId, Guid JobId)? upload = null;
        await UntilAsync(async () => (upload = await Stranger.UploadAsync()) is not null, () => "no upload is taken");
        await UntilAsync(
            async () => await Stranger.JobAsync(upload!.Value.JobId) is { } job && job.Text("status") == "SUCCEEDED",
            () => $"job {upload!.Value.JobId} is not done");
    }

    private Task<bool> AreJobsRunningAndWaitingAsync() => Deployment.QueryAsync<bool>("""
        SELECT COALESCE(bool_or(lease_owner IS NOT NULL) AND bool_or(lease_owner IS NULL), false)
        FROM jobs WHERE status IN ('QUEUED', 'RUNNING')
        """);

    private async Task<IReadOnlyList<string>> FindChargedAsync()
    {
        await using var command = Deployment.Database.CreateCommand("""
            SELECT id || ' is ' || status || ', attempts ' || attempts || ', crashes ' || crashes FROM jobs
            WHERE status <> 'SUCCEEDED' OR attempts <> 1 OR crashes <> 0
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var charged = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            charged.Add($"charged for an outage: job {reader.GetString(0)}");
        }

        return charged;
    }

    /// <param name="running">Something whose failure ends the wait.</param>
    private async Task UntilAsync(Func<Task<bool>> condition, Func<string> complaint, Task? running = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(running?.IsFaulted != true, $"{running?.Exception}");
            Assert.True(Stopwatch.GetElapsedTime(started) < KinoraClient.Patience, $"{complaint()}\n{Deployment.Log}");
            await Task.Delay(50, Cancellation);
        }
    }
}
