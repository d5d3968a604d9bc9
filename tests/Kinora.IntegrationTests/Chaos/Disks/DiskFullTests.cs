using System.Net;
using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Media;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Disks;

/// <summary>Disks without a free byte. Jobs wait, uncharged, until there is room; uploads are refused; neither leaves anything.</summary>
[Collection("deployments")]
public sealed class DiskFullTests(SmallDiskDeployment disks) : IClassFixture<SmallDiskDeployment>, IAsyncLifetime
{
    private const string Section = "Full disks";
    private const int UploadBytes = 8 * 1024 * 1024;
    private readonly Witness _witness = new();
    private readonly List<string> _violations = [];
    private readonly List<TimeSpan> _recoveries = [];
    private int _fired;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Times => ChaosScale.Of(1, 10);

    private Deployment Deployment => disks.Deployment;

    private KinoraClient User => disks.User;

    public async ValueTask InitializeAsync()
    {
        ChaosTurns.SkipUntilItsTurn(GetType());
        await disks.StartedAsync();
    }

    /// <summary>Also after a failure: the next test finds the disks empty.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var disk in disks.All)
        {
            disk.Relieve();
        }

        foreach (var videoId in _witness.Videos.Keys)
        {
            using var deleted = await User.Http.DeleteAsync($"/v1/videos/{videoId}", CancellationToken.None);
        }
    }

    [Fact]
    public async Task Jobs_wait_for_room_in_the_work_dir()
    {
        var videoId = await UploadAnalyzedAsync(await SourceClips.TinyAsync());
        for (var i = 0; i < Times; i++)
        {
            disks.Work.Fill();
            var jobId = await User.TranscodeAsync(videoId, new { force = true });
            await DeferredAsync(jobId);
            disks.Work.Relieve();
            await SucceedAsync(jobId);
        }

        await ConcludeAsync("WORK_DIR full before a job");
    }

    [Fact]
    public async Task An_encode_whose_disk_fills_up_is_done_again()
    {
        var videoId = await UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        for (var i = 0; i < Times; i++)
        {
            var jobId = await User.TranscodeAsync(videoId, new { force = true });
            await User.WaitForProgressAsync(jobId);
            disks.Work.Fill();
            await DeferredAsync(jobId);
            disks.Work.Relieve();
            await SucceedAsync(jobId);
        }

        await ConcludeAsync("WORK_DIR full in the midst of ffmpeg");
    }

    [Fact]
    public async Task Uploads_are_refused_while_the_temporary_folder_is_full()
    {
        for (var i = 0; i < Times; i++)
        {
            disks.Uploads.Fill();
            await ShouldBeRefusedAsync(await User.SendUploadAsync(await SourceClips.ShortAsync()));
            Assert.Equal(HttpStatusCode.OK, await User.StatusOfAsync("/v1/videos"));
            disks.Uploads.Relieve();
            await UploadAgainAsync();
        }

        await ConcludeAsync("TMP_DIR full before an upload");
    }

    [Fact]
    public async Task An_upload_whose_disk_fills_up_is_refused_and_leaves_nothing()
    {
        for (var i = 0; i < Times; i++)
        {
            await using var clip = new PaddedClip(await SourceClips.TinyAsync(), UploadBytes)
            {
                OnBlock = position =>
                {
                    if (position > UploadBytes / 2)
                    {
                        disks.Uploads.Fill();
                    }

                    return Task.CompletedTask;
                },
            };
            using var form = new MultipartFormDataContent { { new StreamContent(clip), "file", "walk.mp4" } };
            await ShouldBeRefusedAsync(await User.Http.PostAsync("/v1/videos", form, Cancellation));
            disks.Uploads.Relieve();
            await UploadAgainAsync();
        }

        await ConcludeAsync("TMP_DIR full in the midst of an upload");
    }

    [Fact]
    public async Task Uploads_are_refused_and_jobs_wait_while_the_store_is_full()
    {
        var videoId = await UploadAnalyzedAsync(await SourceClips.TinyAsync());
        var known = Objects();
        for (var i = 0; i < Times; i++)
        {
            disks.Store.Fill();
            var jobId = await User.TranscodeAsync(videoId, new { force = true });
            await ShouldBeRefusedAsync(await User.SendUploadAsync(await SourceClips.ShortAsync()));
            Assert.DoesNotContain(Objects().Except(known), f => f.Contains("sources", StringComparison.Ordinal));
            await DeferredAsync(jobId);
            disks.Store.Relieve();
            await SucceedAsync(jobId);
            await UploadAgainAsync();
            known = Objects();
        }

        // What was replaced is kept for players in mid-stream, and goes with its video.
        await ConcludeAsync("the store's folder full");
    }

    [Fact]
    public async Task A_source_without_room_in_the_work_dir_is_a_full_disk_and_no_fault_of_the_job()
    {
        using var folder = new TestFolder();
        var store = new CountingStore(folder.Write("source", UploadBytes));
        await using var disk = await SmallDisk.MountAsync(folder.Path("work"), 1);
        var failure = await Assert.ThrowsAsync<JobFailedException>(
            () => new SourceFetcher(store).FetchAsync("sources/x/source", UploadBytes, [], disk.Path, Cancellation));
        Assert.Same(JobErrorCode.DiskFull, failure.Code);
        Assert.Empty(Directory.EnumerateFiles(disk.Path));
    }

    private string[] Objects() => Directory.GetFiles(disks.Store.Path, "*", SearchOption.AllDirectories);

    private async Task<Guid> UploadAnalyzedAsync(string clip)
    {
        var videoId = await User.UploadAnalyzedAsync(clip);
        _witness.SawVideo(videoId, User);
        return videoId;
    }

    /// <summary>Until the job waits for room.</summary>
    private async Task DeferredAsync(Guid jobId)
    {
        _witness.SawJob(jobId);
        var deferred = $"SELECT bool_or(deferrals > 0 AND error_code = '{JobErrorCode.DiskFull}') IS TRUE FROM jobs WHERE id = '{jobId}' OR parent_id = '{jobId}'";
        await Eventually.TrueAsync(() => Deployment.QueryAsync<bool>(deferred), () => Deployment.Log, KinoraClient.Patience);
        _violations.AddRange(await Invariants.AlwaysAsync(Deployment, _witness, Cancellation));
        _fired++;
    }

    private async Task SucceedAsync(Guid jobId)
    {
        var relieved = TimeProvider.System.GetTimestamp();
        var job = _witness.SawJob(await User.WaitForJobAsync(jobId));
        _recoveries.Add(TimeProvider.System.GetElapsedTime(relieved));
        if (job.GetProperty("attempts").GetInt32() != 1)
        {
            _violations.Add($"the full disk was charged to the job: {job}");
        }
    }

    private async Task ShouldBeRefusedAsync(HttpResponseMessage response)
    {
        using (response)
        {
            await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
            Assert.NotNull(response.Headers.RetryAfter);
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(disks.Uploads.Path), f => Path.GetFileName(f) != "ballast");
        _fired++;
    }

    private async Task UploadAgainAsync()
    {
        var relieved = TimeProvider.System.GetTimestamp();
        var (videoId, _) = await User.UploadAsync(await SourceClips.TinyAsync());
        _recoveries.Add(TimeProvider.System.GetElapsedTime(relieved));
        await User.WaitAsync(() => User.VideoAsync(videoId), v => v.GetProperty("durationMs").ValueKind != JsonValueKind.Null);
        _witness.SawVideo(videoId, User);
    }

    /// <summary>All is done and whole; and when the videos are deleted, the disks are as they were: what is freed later would be room on a disk that the next test has filled.</summary>
    private async Task ConcludeAsync(string fault)
    {
        _violations.AddRange(await Invariants.SettleAsync(Deployment, _witness, KinoraClient.Patience, Cancellation));
        foreach (var videoId in _witness.Videos.Keys)
        {
            using var deleted = await User.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
            deleted.EnsureSuccessStatusCode();
        }

        foreach (var disk in disks.All)
        {
            await Eventually.TrueAsync(
                () => disk.FreeBytes == disk.EmptyBytes, () => $"W2: {disk.FreeBytes} of {disk.EmptyBytes} bytes of {disk.Path} are free\n{Deployment.Log}",
                KinoraClient.Patience);
        }

        new FaultRow(Section, fault, _fired, _fired, _recoveries, _violations).Conclude();
    }
}
