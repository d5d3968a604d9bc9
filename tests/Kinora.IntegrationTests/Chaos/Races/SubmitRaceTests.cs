using System.Net;
using System.Text.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>32 requests for the HLS of one video at once, over four APIs.</summary>
[Collection("deployments")]
public sealed class SubmitRaceTests : DeploymentTest
{
    private const int Requests = 32;
    private static readonly int Rounds = ChaosScale.Of(1, 20);
    private readonly List<KinoraClient> _clients = [];

    protected override IReadOnlyList<string[]> WorkerSettings => [["Kinora__Worker__Concurrency__Hls=0"]];

    public override async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Of_equal_requests_there_is_one_job_and_of_different_ones_one_wins()
    {
        var (equal, different) = (new List<Guid>(), new List<Guid>());
        for (var round = 0; round < Rounds; round++)
        {
            equal.Add(await SubmitEqualAsync());
            different.Add(await SubmitDifferentAsync());
        }

        // Those that are not to be done are only in the way; it is all the same to those who asked for them.
        foreach (var jobId in different)
        {
            using var canceled = await _clients[0].PostAsync($"/v1/jobs/{jobId}/cancel");
            Witness.SawJob(await _clients[0].BodyAsync(canceled, HttpStatusCode.OK));
        }

        await Deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Hls=2");
        foreach (var jobId in equal)
        {
            var job = Witness.SawJob(await _clients[0].WaitForJobAsync(jobId));
            Assert.Equal(1, job.GetProperty("attempts").GetInt32());
            await ShouldBeAloneAsync(jobId);
        }

        var violations = await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation);
        new FaultRow("Races", $"{Requests} equal requests for a job over {_clients.Count} APIs", Rounds, equal.Count, [], violations).Conclude();
        new FaultRow("Races", $"{Requests} different requests for a job over {_clients.Count} APIs", Rounds, different.Count, [], violations).Conclude();
    }

    protected override async Task PrepareAsync()
    {
        _clients.Add(User);
        foreach (var api in await Task.WhenAll(Deployment.StartApiAsync(), Deployment.StartApiAsync(), Deployment.StartApiAsync()))
        {
            _clients.Add(User.At(api.Address));
        }
    }

    private async Task<Guid> SubmitEqualAsync()
    {
        var videoId = await _clients[0].UploadAnalyzedAsync(await SourceClips.SmallAsync());
        Witness.SawVideo(videoId, _clients[0]);

        var answers = await SubmitAsync(videoId, _ => null);

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        var jobId = Assert.Single(answers.Select(a => a.JobId).Distinct());
        await ShouldBeAloneAsync(jobId);
        return jobId;
    }

    private async Task<Guid> SubmitDifferentAsync()
    {
        var videoId = await _clients[0].UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        Witness.SawVideo(videoId, _clients[0]);
        var ladder = await LadderAsync(videoId);
        var subsets = Enumerable.Range(1, (1 << ladder.Length) - 1)
            .Select(bits => ladder.Where((_, i) => (bits & (1 << i)) != 0).ToArray()).ToArray();

        var answers = await SubmitAsync(videoId, i => new { renditions = subsets[i % subsets.Length] });

        var jobId = Assert.Single(answers.Select(a => a.JobId).Distinct());
        var winners = answers.Select((a, i) => (a.Status, Wish: i % subsets.Length)).Where(a => a.Status == HttpStatusCode.Accepted).ToList();
        Assert.Single(winners.Select(w => w.Wish).Distinct());
        Assert.Equal(Enumerable.Range(0, Requests).Count(i => i % subsets.Length == winners[0].Wish), winners.Count);
        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{a.Status}"));
        await ShouldBeAloneAsync(jobId);
        return jobId;
    }

    /// <returns>The statuses and the ids of the jobs that were given, also those in refusals.</returns>
    private async Task<(HttpStatusCode Status, Guid JobId)[]> SubmitAsync(Guid videoId, Func<int, object?> request)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var submits = Enumerable.Range(0, Requests).Select(async i =>
        {
            await start.Task;
            using var response = await _clients[i % _clients.Count].PostAsync($"/v1/videos/{videoId}/transcodes", request(i));
            var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
            var jobId = response.StatusCode == HttpStatusCode.Accepted ? body.GetProperty("hlsJobId") : body.GetProperty("details").GetProperty("jobId");
            return (response.StatusCode, jobId.GetGuid());
        }).ToArray();
        start.SetResult();
        var answers = await Task.WhenAll(submits);
        Assert.All(answers, a => Witness.SawJob(a.Item2));
        return answers;
    }

    private async Task<string[]> LadderAsync(Guid videoId)
    {
        using var response = await _clients[0].PostAsync($"/v1/videos/{videoId}/plan");
        var plan = await _clients[0].BodyAsync(response, HttpStatusCode.OK);
        return [.. plan.GetProperty("renditions").EnumerateArray().Select(r => r.Text("name")!)];
    }

    /// <summary>The only HLS job that its video ever had.</summary>
    private async Task ShouldBeAloneAsync(Guid jobId)
    {
        var rows = await Deployment.QueryAsync<long>(
            $"SELECT count(*) FROM jobs WHERE type = 'HLS' AND parent_id IS NULL AND video_id = (SELECT video_id FROM jobs WHERE id = '{jobId}')");
        Assert.Equal(1, rows);
    }
}
