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
            var (jobId, fence, cut, _) = await BeginAsync(videoId);
            await hosts.Hosts[cut].Host.CutAsync(NetworkPart.Redis);
            var began = TimeProvider.System.GetTimestamp();

            // In the midst another job comes, which does not wait either.
            var (_, analyzeJobId) = await User.UploadAsync(await SourceClips.TinyAsync());
            await User.WaitForJobAsync(_witness.SawJob(await User.JobAsync(analyzeJobId)).GetProperty("id").GetGuid());
            _recoveries.Add(TimeProvider.System.GetElapsedTime(began));
            await User.WaitForJobAsync(jobId);
            if (await FenceAsync(jobId) != fence)
            {
                _violations.Add($"job {jobId} was taken from a worker that was cut off from Redis alone");
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
            var (jobId, fence, cut, other) = await BeginAsync(videoId);
            foreach (var part in parts)
            {
                await hosts.Hosts[cut].Host.CutAsync(part);
            }

            var began = TimeProvider.System.GetTimestamp();
            if (losesLease)
            {
                await Eventually.TrueAsync(() => !HasEncoder(jobId, fence), () => "the encoder outlives the lease", KinoraClient.Patience);
                if (ChaosScale.IsFull && !await IsLeasedAsync(jobId, fence))
                {
                    _violations.Add($"the encoder of job {jobId} outlived its lease");
                }
            }

            await Eventually.TrueAsync(() => IsClaimedByAsync(jobId, hosts.Hosts[other].Worker), () => Deployment.Log, KinoraClient.Patience);
            _recoveries.Add(TimeProvider.System.GetElapsedTime(began));
            if (HasEncoder(jobId, fence))
            {
                _violations.Add($"two encoders of job {jobId} at once");
            }

            _violations.AddRange(await Invariants.AlwaysAsync(Deployment, _witness, Cancellation));
            await HealAsync(cut, began, parts);
            var job = _witness.SawJob(await User.WaitForJobAsync(jobId));
            if (!losesLease && job.GetProperty("attempts").GetInt32() != 1)
            {
                _violations.Add($"the store's absence was charged to job {jobId}");
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
    /// <returns>With the indexes of the host that has it and of the other one.</returns>
    private async Task<(Guid JobId, long Fence, int Cut, int Other)> BeginAsync(Guid videoId)
    {
        var jobId = await User.TranscodeAsync(videoId, new { force = true });
        _witness.SawJob(await User.WaitForProgressAsync(jobId));
        var cut = await IsClaimedByAsync(jobId, hosts.Hosts[0].Worker) ? 0 : 1;
        return (jobId, await FenceAsync(jobId), cut, 1 - cut);
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

    private bool HasEncoder(Guid jobId, long fence) => EncoderProcess.Of(Deployment).Any(e => e.JobId == jobId && e.Fence == fence);

    private Task<long> FenceAsync(Guid jobId) => Deployment.QueryAsync<long>($"SELECT fence FROM jobs WHERE id = '{jobId}'");

    private Task<bool> IsLeasedAsync(Guid jobId, long fence) => Deployment.QueryAsync<bool>(
        $"SELECT (fence = {fence} AND lease_until > clock_timestamp()) IS TRUE FROM jobs WHERE id = '{jobId}'");

    /// <summary>The worker's process id stands in the name that it claims with.</summary>
    private Task<bool> IsClaimedByAsync(Guid jobId, KinoraProcess worker) => Deployment.QueryAsync<bool>(
        $"SELECT (lease_owner LIKE '%:{worker.Id}:%') IS TRUE FROM jobs WHERE id = '{jobId}'");
}
