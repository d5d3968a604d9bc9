using Kinora.IntegrationTests.Chaos.Kills;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Network;

/// <summary>
/// A worker's host is cut off from a server in the middle of an encode, silently, and longer than two leases; the servers and the other
/// host see nothing of it.
/// </summary>
[Collection("deployments")]
public sealed class PartitionTests(TwoHosts hosts) : IClassFixture<TwoHosts>, IAsyncLifetime
{
    private static readonly TimeSpan CutTime = 2.5 * TwoHosts.Lease;

    /// <summary>By what the report calls them.</summary>
    private static readonly Dictionary<string, Func<PartitionTests, string, Task>> Faults = new()
    {
        ["a worker's host cut off from PostgreSQL"] = Lose(losesLease: true, NetworkPart.Postgres),
        ["a worker's host cut off from storage"] = Lose(losesLease: false, NetworkPart.Storage),
        ["a worker's host cut off from everything"] = Lose(losesLease: true, NetworkPart.Postgres, NetworkPart.Redis, NetworkPart.Storage),
        ["a worker's host cut off from Redis"] = (tests, fault) => tests.KeepAsync(fault),
    };

    private readonly Witness _witness = new();
    private readonly List<string> _violations = [];
    private readonly List<TimeSpan> _recoveries = [];
    private int _fired;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Times => ChaosScale.Of(1, 5);

    private Deployment Deployment => hosts.Deployment;

    private KinoraClient User => hosts.User;

    public async ValueTask InitializeAsync()
    {
        ChaosTurns.SkipUntilItsTurn(GetType());
        await hosts.StartedAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static TheoryData<string> Cuts => [.. ChaosScale.Draw(Faults.Keys, name => name)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public Task A_host_that_is_cut_off_leaves_its_job_to_the_other_or_goes_on_and_works_again(string fault) => Faults[fault](this, fault);

    private static Func<PartitionTests, string, Task> Lose(bool losesLease, params NetworkPart[] parts) =>
        (tests, fault) => tests.LoseAsync(fault, losesLease, parts);

    /// <summary>From Redis alone: it keeps its job.</summary>
    private async Task KeepAsync(string fault)
    {
        var videoId = await UploadAsync();
        for (var i = 0; i < Times; i++)
        {
            var (job, held, cut, _) = await BeginAsync(videoId);
            await hosts.Hosts[cut].Host.CutAsync(NetworkPart.Redis);
            var began = TimeProvider.System.GetTimestamp();

            // In the midst another job comes, which does not wait either.
            var (_, analyzeJobId) = await User.UploadAsync(await SourceClips.TinyAsync());
            await User.WaitForJobAsync(_witness.SawJob(await User.JobAsync(analyzeJobId)).GetProperty("id").GetGuid());
            _recoveries.Add(TimeProvider.System.GetElapsedTime(began));
            await User.WaitForJobAsync(job.Id);
            foreach (var one in held)
            {
                if (!await job.IsDoneByAsync(one))
                {
                    _violations.Add($"{one.Id} of job {job.Id} was taken from a worker that was cut off from Redis alone");
                }
            }

            await HealAsync(cut, began, NetworkPart.Redis);
            await ShouldWorkAsync(cut, videoId);
        }

        await ConcludeAsync(fault);
    }

    private async Task LoseAsync(string fault, bool losesLease, NetworkPart[] parts)
    {
        var videoId = await UploadAsync();
        for (var i = 0; i < Times; i++)
        {
            var (job, held, cut, _) = await BeginAsync(videoId);
            foreach (var part in parts)
            {
                await hosts.Hosts[cut].Host.CutAsync(part);
            }

            var began = TimeProvider.System.GetTimestamp();
            if (losesLease)
            {
                await Eventually.TrueAsync(() => !HasEncoder(held), () => "the encoder outlives the lease", KinoraClient.Patience);
                if (ChaosScale.IsFull && !await AreLeasedAsync(held))
                {
                    _violations.Add($"an encoder of job {job.Id} outlived its lease");
                }
            }

            await job.WaitForTakeOverAsync(hosts.Hosts[cut].Worker, held);
            _recoveries.Add(TimeProvider.System.GetElapsedTime(began));
            if (HasEncoder(held))
            {
                _violations.Add($"two encoders of job {job.Id} at once");
            }

            _violations.AddRange(await Invariants.AlwaysAsync(Deployment, _witness, Cancellation));
            await HealAsync(cut, began, parts);
            _witness.SawJob(await User.WaitForJobAsync(job.Id));
            if (!losesLease && await Deployment.QueryAsync<bool>(
                $"SELECT bool_or(attempts > 1) FROM jobs WHERE id = '{job.Id}' OR parent_id = '{job.Id}'"))
            {
                _violations.Add($"the store's absence was charged to job {job.Id}");
            }

            await ShouldWorkAsync(cut, videoId);
        }

        await ConcludeAsync(fault);
    }

    private async Task<Guid> UploadAsync()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        _witness.SawVideo(videoId, User);
        return videoId;
    }

    /// <summary>An encode in its middle.</summary>
    /// <returns>With the index of a host that has a part of it, what that has, and the other host's index.</returns>
    private async Task<(ObservedJob Job, IReadOnlyList<ObservedJob.Held> Held, int Cut, int Other)> BeginAsync(Guid videoId)
    {
        var job = new ObservedJob(Deployment, await User.TranscodeAsync(videoId, new { force = true }));
        _witness.SawJob(await User.WaitForProgressAsync(job.Id));
        while (true)
        {
            for (var host = 0; host < hosts.Hosts.Count; host++)
            {
                if (await job.HeldByAsync(hosts.Hosts[host].Worker) is { Count: > 0 } held && HasEncoder(held))
                {
                    return (job, held, host, 1 - host);
                }
            }

            Assert.Equal("RUNNING", (await job.ReadAsync()).Status);
        }
    }

    /// <summary>After longer than two leases.</summary>
    private async Task HealAsync(int cut, long began, params NetworkPart[] parts)
    {
        var left = CutTime - TimeProvider.System.GetElapsedTime(began);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, Cancellation);
        }

        _fired++;
        foreach (var part in parts)
        {
            await hosts.Hosts[cut].Host.HealAsync(part);
        }
    }

    /// <summary>With more encodes than the other host takes at once.</summary>
    private async Task ShouldWorkAsync(int healed, Guid videoId)
    {
        var (host, worker) = hosts.Hosts[healed];
        var otherVideoId = await UploadAsync();
        Guid[] jobs = [await User.TranscodeAsync(videoId, new { force = true }), await User.TranscodeAsync(otherVideoId)];
        await Eventually.TrueAsync(
            async () => await IsClaimedByAsync(jobs[0], worker) || await IsClaimedByAsync(jobs[1], worker),
            () => $"{host.Address} does not work again\n{Deployment.Log}", KinoraClient.Patience);
        foreach (var jobId in jobs)
        {
            _witness.SawJob(await User.WaitForJobAsync(jobId));
        }
    }

    private async Task ConcludeAsync(string fault)
    {
        _violations.AddRange(await Invariants.SettleAsync(Deployment, _witness, KinoraClient.Patience, Cancellation));
        foreach (var videoId in _witness.Videos.Keys)
        {
            using var deleted = await User.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
            deleted.EnsureSuccessStatusCode();
        }

        new FaultRow("Network partitions", fault, Times, _fired, _recoveries, _violations).Conclude();
    }

    private bool HasEncoder(IReadOnlyList<ObservedJob.Held> held) =>
        EncoderProcess.Of(Deployment).Any(e => held.Contains(new ObservedJob.Held(e.JobId, e.Fence)));

    private async Task<bool> AreLeasedAsync(IReadOnlyList<ObservedJob.Held> held)
    {
        foreach (var (id, fence) in held)
        {
            // What it had completed before it was cut off, it holds no more.
            if (!await Deployment.QueryAsync<bool>(
                $"SELECT (fence = {fence} AND (status = 'SUCCEEDED' OR lease_until > clock_timestamp())) IS TRUE FROM jobs WHERE id = '{id}'"))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The worker's process id stands in the name that it claims with.</summary>
    private Task<bool> IsClaimedByAsync(Guid jobId, KinoraProcess worker) => Deployment.QueryAsync<bool>(
        $"SELECT bool_or(lease_owner LIKE '%:{worker.Id}:%') IS TRUE FROM jobs WHERE id = '{jobId}' OR parent_id = '{jobId}'");
}
