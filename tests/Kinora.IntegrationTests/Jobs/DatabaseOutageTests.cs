using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>PostgreSQL is away for longer than a lease, in the middle of an encode: no fault of the job or of its worker.</summary>
[Collection("deployments")]
public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(
            null, "Kinora__Jobs__Lease=00:00:02", "Kinora__Jobs__Beat=00:00:00.3", "Kinora__Jobs__Grace=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:00.5");
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_attempt_that_could_not_beat_ends_before_its_lease_and_is_not_charged()
    {
        var worker = await _deployment.StartWorkerAsync();
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        var jobId = await _user.TranscodeAsync(videoId);
        await _user.WaitForProgressAsync(jobId);

        for (var outage = 0; outage < 4; outage++)
        {
            await Eventually.TrueAsync(() => worker.Encoders.Count > 0, () => _deployment.Log);
            await _deployment.StopPostgresAsync();
            await Eventually.TrueAsync(() => worker.Encoders.Count == 0, () => "the encoder outlives the lease");
            await _deployment.StartPostgresAgainAsync();
        }

        // More outages than attempts or crashes are allowed.
        var job = await _user.WaitForJobAsync(jobId);
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        Assert.Equal(0, await _deployment.QueryAsync<int>($"SELECT crashes FROM jobs WHERE id = '{jobId}'"));
        Assert.Equal(4, await _deployment.QueryAsync<int>($"SELECT deferrals FROM jobs WHERE id = '{jobId}'"));
    }
}
