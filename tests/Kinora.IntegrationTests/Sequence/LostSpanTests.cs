using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Chaos.Kills;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>A worker that dies costs the span that it had, and no viewer notices.</summary>
[Collection("deployments")]
public sealed class LostSpanTests : DeploymentTest
{
    /// <summary>From 1: six are done by then, and another one is to come.</summary>
    private const int Lost = 7;

    protected override string[] Settings => [.. KillLane.Settings];

    /// <summary>One after the other, so that the seventh is reached when six are done.</summary>
    protected override IReadOnlyList<string[]> WorkerSettings =>
    [
        ["Kinora__Worker__Concurrency__Hls=1", .. Deployment.Failpoints.Settings($"hls.encode_50:delay=60000@{Lost}")],
    ];

    [Fact]
    public async Task A_worker_that_is_killed_in_the_seventh_span_costs_that_one_alone()
    {
        var videoId = await User.UploadAnalyzedAsync(await SourceClips.GrowingAsync());
        Witness.SawVideo(videoId, User);
        var jobId = await User.TranscodeAsync(videoId);
        Witness.SawJob(jobId);
        using var viewer = await GrowingViewer.OpenAsync(User, videoId);
        var watching = viewer.WatchToTheEndAsync();
        await Deployment.Failpoints.WaitAsync("hls.encode_50");
        var before = await DoneAsync(jobId);
        Assert.Equal(Lost - 1, before.Count);

        Workers[0].Signal(PosixSignalNumber.Kill);
        await using var other = await Deployment.StartWorkerAsync();
        await watching;

        Witness.SawJob(await User.WaitForJobAsync(jobId));
        Assert.Empty(viewer.Faults);
        Assert.Equal(before, (await DoneAsync(jobId)).Take(before.Count));
        await GrowingViewer.ShouldHaveFramesAsync(User, videoId, SourceClips.GrowingFrames);
        Assert.Empty(await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation));
    }

    /// <summary>The spans that are done, each with its one attempt and its fence, in their order.</summary>
    private async Task<IReadOnlyList<(Guid Id, int Attempts, long Fence)>> DoneAsync(Guid jobId)
    {
        await using var command = Deployment.Database.CreateCommand($"""
            SELECT id, attempts, fence FROM jobs WHERE parent_id = '{jobId}' AND status = 'SUCCEEDED' AND params ->> 'unit' = 'Span'
            ORDER BY (params ->> 'number')::int
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var done = new List<(Guid, int, long)>();
        while (await reader.ReadAsync(Cancellation))
        {
            done.Add((reader.GetGuid(0), reader.GetInt32(1), reader.GetInt64(2)));
        }

        return done;
    }
}
