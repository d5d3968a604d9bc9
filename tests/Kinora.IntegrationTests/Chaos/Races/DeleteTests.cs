using System.Net;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>DELETE of a video in every phase of its life: gone at once for who asks, and all of its bytes soon after.</summary>
[Collection("deployments")]
public sealed class DeleteTests(SwiftServer swift) : DeploymentTest
{
    private const string Section = "Deletion in every phase";
    private readonly List<(string Name, bool HasFired, TimeSpan Recovery)> _deletions = [];

    /// <summary>What is put late, by an attempt that has not heard yet, is swept within the test as well.</summary>
    protected override string[] Settings => ["Kinora__Collector__SweepAgain__0=00:00:02", "Kinora__Collector__SweepAgain__1=00:00:02"];

    protected override async Task<S3StorageOptions?> OpenBucketAsync() => await swift.BucketAsync("deleted");

    [Fact]
    public async Task A_video_is_deleted_in_every_phase_and_nothing_of_it_stays()
    {
        var phases = ChaosScale.Draw(DeletePhase.All, p => p.Name).ToLookup(p => p.IsOfHls);
        for (var round = 0; round < ChaosScale.Of(1, 3); round++)
        {
            foreach (var phase in phases[false])
            {
                await DeleteInAsync(phase, async () => (await User.UploadAsync(await SourceClips.MiddleAsync())).VideoId);
            }

            await using var preparing = await Deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Hls=0");
            await DeleteQueuedAsync();
            foreach (var phase in phases[true])
            {
                var videoId = await User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
                await DeleteInAsync(phase, async () =>
                {
                    Witness.SawJob(await User.TranscodeAsync(videoId));
                    return videoId;
                });
            }
        }

        await Deployment.StartWorkerAsync();
        await DeleteReadyAsync();
        var violations = await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation);
        foreach (var phase in _deletions.GroupBy(d => d.Name))
        {
            new FaultRow(Section, phase.Key, phase.Count(), phase.Count(d => d.HasFired), [.. phase.Select(d => d.Recovery)], violations).Conclude();
        }
    }

    private async Task DeleteInAsync(DeletePhase phase, Func<Task<Guid>> beginAsync)
    {
        var failpoints = Deployment.NewFailpoints();
        await using var worker = await Deployment.StartWorkerAsync([.. phase.Slots, .. failpoints.Settings(phase.Rule)]);
        var videoId = await beginAsync();
        Witness.SawVideo(videoId, User);
        await failpoints.WaitAsync(phase.Failpoint);

        await DeleteAsync(videoId, phase.Name, failpoints.Fired.Count == 1);
    }

    private async Task DeleteQueuedAsync()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        Witness.SawVideo(videoId, User);
        var jobId = await User.TranscodeAsync(videoId);

        await DeleteAsync(videoId, "while its HLS job is queued", true);

        Assert.Equal(0, Witness.SawJob(await User.WaitForJobAsync(jobId, "CANCELED")).GetProperty("attempts").GetInt32());
    }

    /// <summary>While another video of its owner is uploaded, which nothing happens to.</summary>
    private async Task DeleteReadyAsync()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.SmallAsync());
        Witness.SawVideo(videoId, User);
        Witness.SawJob(await User.WaitForJobAsync(await User.TranscodeAsync(videoId)));
        Assert.Equal(HttpStatusCode.OK, await User.StatusOfAsync($"/v1/videos/{videoId}/hls/master.m3u8"));
        var other = User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());

        await DeleteAsync(videoId, "when it is ready, during another upload", true);

        Witness.SawVideo(await other, User);
    }

    /// <summary>And waits until nothing works on it any more.</summary>
    private async Task DeleteAsync(Guid videoId, string phase, bool hasFired)
    {
        using (var answer = await User.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation))
        {
            Assert.True(answer.StatusCode == HttpStatusCode.NoContent, $"{phase}: {answer.StatusCode}\n{Deployment.Log}");
        }

        var deleted = TimeProvider.System.GetTimestamp();
        Witness.SawDeleted(videoId);
        foreach (var path in (string[])["", "/jobs", "/explain", "/playback", "/thumbnail", "/hls/master.m3u8"])
        {
            if (await User.StatusOfAsync($"/v1/videos/{videoId}{path}") is not HttpStatusCode.NotFound and var status)
            {
                Witness.Add($"S5: {path} of a video that was deleted {phase} is answered {(int)status}");
            }
        }

        await Eventually.TrueAsync(
            () => EncoderProcess.Of(Deployment).Count == 0 && Deployment.ListScratchFiles().Count == 0,
            () => $"{phase}: it is still worked on\n{string.Join('\n', Deployment.ListScratchFiles())}\n{Deployment.Log}",
            KinoraClient.Patience);
        _deletions.Add((phase, hasFired, TimeProvider.System.GetElapsedTime(deleted)));
    }
}
