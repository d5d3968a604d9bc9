using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

public sealed class WorkDirectoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_waits_while_the_worker_has_no_room_for_it()
    {
        await using var deployment = await Deployment.StartAsync(null);
        var full = await deployment.StartWorkerAsync($"Kinora__Worker__MinFreeBytes={long.MaxValue}");
        using var user = await deployment.CreateUserAsync();
        var (videoId, jobId) = await user.UploadAsync(await SourceClips.ShortAsync());

        await Eventually.TrueAsync(() => deployment.Log.Contains("no room", StringComparison.Ordinal), () => deployment.Log);

        var waiting = await user.JobAsync(jobId);
        Assert.Equal(("QUEUED", 0), (waiting.Text("status"), waiting.GetProperty("attempts").GetInt32()));
        Assert.Equal("WAITING_FOR_WORKER", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
        await full.DisposeAsync();
        await deployment.StartWorkerAsync();
        var job = await user.WaitForJobAsync(jobId);
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task What_a_killed_worker_left_is_removed_by_one_that_lives()
    {
        await using var deployment = await Deployment.StartAsync(null);
        using var user = await deployment.CreateUserAsync();
        var killed = await deployment.StartWorkerAsync();
        var dead = Directory.GetDirectories(deployment.WorkFolder).Single();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.LongAsync());
        await user.WaitForProgressAsync(await user.TranscodeAsync(videoId));
        await deployment.StartWorkerAsync();
        var living = Directory.GetDirectories(deployment.WorkFolder).Single(f => f != dead);
        var foreign = Directory.CreateDirectory(Path.Combine(deployment.WorkFolder, "of-somebody-else")).FullName;
        Assert.NotEmpty(Directory.GetDirectories(dead));

        killed.Signal(PosixSignalNumber.Kill);

        await Eventually.TrueAsync(() => !Directory.Exists(dead), () => deployment.Log);
        Assert.Equal([living, foreign], Directory.GetDirectories(deployment.WorkFolder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_attempt_whose_folder_cannot_be_made_fails_and_another_one_follows()
    {
        // The delay lies between the claim and the folder: a worker without its folder would not even claim.
        await using var deployment = await Deployment.StartAsync(null, "Kinora__Jobs__BackoffBase=00:00:02");
        var failpoints = deployment.Failpoints;
        await deployment.StartWorkerAsync(failpoints.Settings("worker.after_claim:delay=8000"));
        using var user = await deployment.CreateUserAsync();
        var folder = Directory.GetDirectories(deployment.WorkFolder).Single();
        var (_, jobId) = await user.UploadAsync(await SourceClips.ShortAsync());
        await failpoints.WaitAsync("worker.after_claim");
        Directory.Move(folder, folder + ".aside");
        await File.WriteAllTextAsync(folder, "in the way", Cancellation);

        await user.WaitAsync(() => user.JobAsync(jobId), job => job.GetProperty("nextAttemptAt").ValueKind != JsonValueKind.Null);

        File.Delete(folder);
        Directory.Move(folder + ".aside", folder);
        await user.WaitForJobAsync(jobId);
    }
}
