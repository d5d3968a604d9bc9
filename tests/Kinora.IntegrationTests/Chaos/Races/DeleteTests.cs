using System.Net;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>DELETE of a video in every phase of its life: gone at once for who asks, and all of its bytes soon after.</summary>
[Collection("deployments")]
public sealed class DeleteTests(SwiftServer swift) : IAsyncLifetime
{
    private const string Section = "Deletion in every phase";
    private readonly TestFolder _folder = new();
    private readonly Witness _witness = new();
    private readonly List<(string Name, bool HasFired, TimeSpan Recovery)> _deletions = [];
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // What is put late, by an attempt that has not heard yet, is swept within the test as well.
        _deployment = await Deployment.StartAsync(
            await swift.BucketAsync("deleted"), "Kinora__Collector__SweepAgain__0=00:00:02", "Kinora__Collector__SweepAgain__1=00:00:02");
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
    public async Task A_video_is_deleted_in_every_phase_and_nothing_of_it_stays()
    {
        var phases = DeletePhase.All.Where(p => p.IsBrief || ChaosScale.IsFull).ToLookup(p => p.IsOfHls);
        for (var round = 0; round < ChaosScale.Of(1, 3); round++)
        {
            foreach (var phase in phases[false])
            {
                await DeleteInAsync(phase, async () => (await _user.UploadAsync(await SourceClips.MiddleAsync())).VideoId);
            }

            await using var preparing = await _deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Hls=0");
            await DeleteQueuedAsync();
            foreach (var phase in phases[true])
            {
                var videoId = await _user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
                await DeleteInAsync(phase, async () =>
                {
                    _witness.SawJob(await _user.TranscodeAsync(videoId));
                    return videoId;
                });
            }
        }

        await _deployment.StartWorkerAsync();
        await DeleteReadyAsync();
        var violations = await Invariants.SettleAsync(_deployment, _witness, KinoraClient.Patience, Cancellation);
        foreach (var phase in _deletions.GroupBy(d => d.Name))
        {
            new FaultRow(Section, phase.Key, phase.Count(), phase.Count(d => d.HasFired), [.. phase.Select(d => d.Recovery)], violations).Conclude();
        }
    }

    private async Task DeleteInAsync(DeletePhase phase, Func<Task<Guid>> beginAsync)
    {
        var failpoints = new ArmedFailpoints(_folder.Path($"{Guid.CreateVersion7()}"));
        await using var worker = await _deployment.StartWorkerAsync([.. phase.Slots, .. failpoints.Settings(phase.Rule)]);
        var videoId = await beginAsync();
        _witness.SawVideo(videoId, _user);
        await failpoints.WaitAsync(phase.Failpoint);

        await DeleteAsync(videoId, phase.Name, failpoints.Fired.Count == 1);
    }

    private async Task DeleteQueuedAsync()
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        _witness.SawVideo(videoId, _user);
        var jobId = await _user.TranscodeAsync(videoId);

        await DeleteAsync(videoId, "while its HLS job is queued", true);

        Assert.Equal(0, _witness.SawJob(await _user.WaitForJobAsync(jobId, "CANCELED")).GetProperty("attempts").GetInt32());
    }

    /// <summary>While another video of its owner is uploaded, which nothing happens to.</summary>
    private async Task DeleteReadyAsync()
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        _witness.SawVideo(videoId, _user);
        _witness.SawJob(await _user.WaitForJobAsync(await _user.TranscodeAsync(videoId)));
        Assert.Equal(HttpStatusCode.OK, await _user.StatusOfAsync($"/v1/videos/{videoId}/hls/master.m3u8"));
        var other = _user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());

        await DeleteAsync(videoId, "when it is ready, during another upload", true);

        _witness.SawVideo(await other, _user);
    }

    /// <summary>And waits until nothing works on it any more.</summary>
    private async Task DeleteAsync(Guid videoId, string phase, bool hasFired)
    {
        using (var answer = await _user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation))
        {
            Assert.True(answer.StatusCode == HttpStatusCode.NoContent, $"{phase}: {answer.StatusCode}\n{_deployment.Log}");
        }

        var deleted = TimeProvider.System.GetTimestamp();
        _witness.SawDeleted(videoId);
        foreach (var path in (string[])["", "/jobs", "/explain", "/playback", "/thumbnail", "/hls/master.m3u8"])
        {
            if (await _user.StatusOfAsync($"/v1/videos/{videoId}{path}") is not HttpStatusCode.NotFound and var status)
            {
                _witness.Add($"S5: {path} of a video that was deleted {phase} is answered {(int)status}");
            }
        }

        await Eventually.TrueAsync(
            () => EncoderProcess.Of(_deployment).Count == 0 && _deployment.ListScratchFiles().Count == 0,
            () => $"{phase}: it is still worked on\n{string.Join('\n', _deployment.ListScratchFiles())}\n{_deployment.Log}",
            KinoraClient.Patience);
        _deletions.Add((phase, hasFired, TimeProvider.System.GetElapsedTime(deleted)));
    }
}
