using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Leases;

/// <summary>A worker that lives keeps its jobs, many at once and for many leases, while every core is busy with something else.</summary>
[Collection("deployments")]
public sealed class FalseRescueTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const double MostIdle = 0.05;
    private static readonly int Jobs = ChaosScale.Of(12, 200);
    private static readonly int Workers = ChaosScale.Of(2, 4);
    private static readonly int Leases = ChaosScale.Of(3, 10);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Hold = (Leases * Lease) + TimeSpan.FromMilliseconds(200);
    private readonly TestFolder _folder = new();
    private readonly Witness _witness = new();
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(
            null, $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Grace=00:00:00.5", $"Kinora__Worker__Concurrency__Analyze={Jobs / Workers}");
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task No_job_is_taken_from_a_worker_that_lives_while_all_cores_are_busy()
    {
        var jobs = await UploadAsync();
        var failpoints = new ArmedFailpoints(_folder.Path("failpoints.log"));
        var hold = failpoints.Settings($"analyze.before_probe:delay={(int)Hold.TotalMilliseconds}@*");

        await using var cores = await BusyCores.StartAsync();
        var workers = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => _deployment.StartWorkerAsync(hold)));
        foreach (var jobId in jobs)
        {
            _witness.SawJob(await _user.WaitForJobAsync(jobId, patience: 2 * KinoraClient.Patience));
        }

        var idle = cores.IdleShare;
        output.WriteLine($"{cores.Loops} endless loops; idle for {idle:P1} of the time");

        Assert.InRange(idle, 0, MostIdle);
        var violations = new List<string>(await Invariants.SettleAsync(_deployment, _witness, 2 * KinoraClient.Patience, Cancellation));
        violations.AddRange(await FindTakenAsync(workers));
        new FaultRow(
            "Leases", $"{Leases} leases of {Lease.TotalSeconds:0} s each, {Jobs} jobs at once in {Workers} workers, no core idle",
            Jobs * Leases, await CountLeasesAsync(), [], violations).Conclude();
        Assert.Equal(Jobs * Leases, await CountLeasesAsync());
    }

    private async Task<List<Guid>> UploadAsync()
    {
        var jobs = new List<Guid>();
        for (var i = 0; i < Jobs; i++)
        {
            var (_, jobId) = await _user.UploadAsync(await SourceClips.ShortAsync());
            _witness.SawJob(jobId);
            jobs.Add(jobId);
        }

        return jobs;
    }

    /// <summary>Attempts that ended before their work, in the rows and as the workers counted them.</summary>
    private async Task<List<string>> FindTakenAsync(KinoraProcess[] workers)
    {
        var violations = new List<string>();
        await using var command = _deployment.Database.CreateCommand(
            "SELECT id, type, status, attempts, crashes, deferrals FROM jobs WHERE status <> 'SUCCEEDED' OR attempts <> 1 OR crashes > 0 OR deferrals > 0");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            violations.Add($"job {reader[0]}: {reader[1]} {reader[2]}, {reader[3]} attempts, {reader[4]} crashes, {reader[5]} deferrals");
        }

        foreach (var worker in workers)
        {
            var metrics = await ProcessMetrics.ReadAsync(worker, Cancellation);
            violations.AddRange(((string[])["kinora_job_attempts_total{kind=\"retry\"", "kinora_job_deferrals_total", "kinora_job_crashes_total"])
                .Where(name => metrics.Sum(name) > 0).Select(name => $"worker {worker.Id}: {name} is {metrics.Sum(name)}"));
        }

        return violations;
    }

    /// <summary>Whole ones, by the database's clock, from the claim to the completion; the cores were busy all the time.</summary>
    private async Task<int> CountLeasesAsync() => (int)await _deployment.QueryAsync<long>(
        $"SELECT sum(LEAST({Leases}, floor(extract(epoch FROM finished_at - started_at) / {Lease.TotalSeconds})))::bigint FROM jobs WHERE type = 'ANALYZE'");
}
