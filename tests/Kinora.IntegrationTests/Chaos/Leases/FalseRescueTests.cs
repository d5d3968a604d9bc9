using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Leases;

/// <summary>A worker that lives keeps its jobs, many at once and for many leases, while every core is busy with something else.</summary>
[Collection("deployments")]
public sealed class FalseRescueTests(ITestOutputHelper output) : DeploymentTest
{
    private const double MostIdle = 0.05;
    private static readonly int Jobs = ChaosScale.Of(12, 200);
    private static readonly int WorkerCount = ChaosScale.Of(2, 4);
    private static readonly int Leases = ChaosScale.Of(3, 10);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Hold = (Leases * Lease) + TimeSpan.FromMilliseconds(200);

    protected override string[] Settings =>
    [
        $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Grace=00:00:00.5", $"Kinora__Worker__Concurrency__Analyze={Jobs / WorkerCount}",
    ];

    protected override IReadOnlyList<string[]> WorkerSettings =>
    [
        .. Enumerable.Repeat(Deployment.Failpoints.Settings($"analyze.before_probe:delay={(int)Hold.TotalMilliseconds}@*"), WorkerCount),
    ];

    [Fact]
    public async Task No_job_is_taken_from_a_worker_that_lives_while_all_cores_are_busy()
    {
        // They stand still until there is enough to do for all of them.
        SignalWorkers(PosixSignalNumber.Stop);
        var jobs = await UploadAsync();
        await using var cores = await BusyCores.StartAsync();
        SignalWorkers(PosixSignalNumber.Continue);
        foreach (var jobId in jobs)
        {
            Witness.SawJob(await User.WaitForJobAsync(jobId, patience: 2 * KinoraClient.Patience));
        }

        var idle = cores.IdleShare;
        output.WriteLine($"{cores.Loops} endless loops; idle for {idle:P1} of the time");

        Assert.InRange(idle, 0, MostIdle);
        var violations = new List<string>(await Invariants.SettleAsync(Deployment, Witness, 2 * KinoraClient.Patience, Cancellation));
        violations.AddRange(await FindTakenAsync());
        if (violations.Count > 0)
        {
            output.WriteLine(Deployment.Log);
        }

        new FaultRow(
            "Leases", $"{Leases} leases of {Lease.TotalSeconds:0} s each, {Jobs} jobs at once in {WorkerCount} workers, no core idle",
            Jobs * Leases, await CountLeasesAsync(), [], violations).Conclude();
        Assert.Equal(Jobs * Leases, await CountLeasesAsync());
    }

    private void SignalWorkers(PosixSignalNumber signal)
    {
        foreach (var worker in Workers)
        {
            worker.Signal(signal);
        }
    }

    private async Task<List<Guid>> UploadAsync()
    {
        var jobs = new List<Guid>();
        for (var i = 0; i < Jobs; i++)
        {
            var (_, jobId) = await User.UploadAsync(await SourceClips.ShortAsync());
            Witness.SawJob(jobId);
            jobs.Add(jobId);
        }

        return jobs;
    }

    /// <summary>Attempts that ended before their work, in the rows and as the workers counted them.</summary>
    private async Task<List<string>> FindTakenAsync()
    {
        var violations = new List<string>();
        await using var command = Deployment.Database.CreateCommand(
            "SELECT id, type, status, attempts, crashes, deferrals FROM jobs WHERE status <> 'SUCCEEDED' OR attempts <> 1 OR crashes > 0 OR deferrals > 0");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            violations.Add($"job {reader[0]}: {reader[1]} {reader[2]}, {reader[3]} attempts, {reader[4]} crashes, {reader[5]} deferrals");
        }

        foreach (var worker in Workers)
        {
            var metrics = await ProcessMetrics.ReadAsync(worker, Cancellation);
            violations.AddRange(((string[])["kinora_job_attempts_total{kind=\"retry\"", "kinora_job_deferrals_total", "kinora_job_crashes_total"])
                .Where(name => metrics.Sum(name) > 0).Select(name => $"worker {worker.Id}: {name} is {metrics.Sum(name)}"));
        }

        return violations;
    }

    /// <summary>Whole ones, by the database's clock, from the claim to the completion; the cores were busy all the time.</summary>
    private async Task<int> CountLeasesAsync() => (int)await Deployment.QueryAsync<long>(
        $"SELECT sum(LEAST({Leases}, floor(extract(epoch FROM finished_at - started_at) / {Lease.TotalSeconds})))::bigint FROM jobs WHERE type = 'ANALYZE'");
}
