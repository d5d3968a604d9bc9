using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>PostgreSQL is away for longer than a lease, in the middle of an encode: no fault of the job or of its worker.</summary>
[Collection("deployments")]
public sealed class DatabaseOutageTests : DeploymentTest
{
    protected override string[] Settings =>
    [
        "Kinora__Jobs__Lease=00:00:02", "Kinora__Jobs__Beat=00:00:00.3", "Kinora__Jobs__Grace=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:00.5",
    ];

    [Fact]
    public async Task An_attempt_that_could_not_beat_ends_before_its_lease_and_is_not_charged()
    {
        var worker = await Deployment.StartWorkerAsync();
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        var jobId = await User.TranscodeAsync(videoId);
        await User.WaitForProgressAsync(jobId);

        for (var outage = 0; outage < 4; outage++)
        {
            await Eventually.TrueAsync(() => worker.Encoders.Count > 0, () => Deployment.Log);
            await Deployment.StopPostgresAsync();
            await Eventually.TrueAsync(() => worker.Encoders.Count == 0, () => "the encoder outlives the lease");
            await Deployment.StartPostgresAgainAsync();
        }

        // More outages than attempts or crashes are allowed.
        var job = await User.WaitForJobAsync(jobId);
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        var rows = $"FROM jobs WHERE id = '{jobId}' OR parent_id = '{jobId}'";
        Assert.Equal(0L, await Deployment.QueryAsync<long>($"SELECT sum(crashes) {rows}"));
        Assert.Equal(1, await Deployment.QueryAsync<int>($"SELECT max(attempts) {rows}"));

        // Of each unit that the worker had: one or two.
        Assert.InRange(await Deployment.QueryAsync<long>($"SELECT sum(deferrals) {rows}"), 4, 8);
    }
}
