using System.Text.Json;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>
/// Messages as no dispatcher of ours sends them: many times, late, for nothing, garbage. Each job is done once, and no message stays.
/// </summary>
[Collection("deployments")]
public sealed class MessageTests : DeploymentTest
{
    private const int Times = 10;
    private static readonly int HugeBytes = ChaosScale.Of(4, 32) << 20;
    /// <summary>The huge one has to come through, also where tests share their machine with others.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);
    private static readonly string Queue = JobType.Analyze.ToQueue();

    /// <summary>None of them names a job.</summary>
    private static readonly string[] Garbage =
    [
        "", "{", "[]", "null", "true", "17", "\"x\"", "{}", "{\"jobId\":null}", "{\"jobId\":17}", "{\"jobId\":\"x\"}", "{\"jobId\":[]}",
        "{\"JOBID\":\"\"}", "{\"jobId\":{\"jobId\":1}}", "\0\u0001\ud83d", new string('[', 100_000), "{\"requestId\":\"\\ud800\",\"jobId\":5}",
    ];

    private readonly List<string> _ids = [];
    private ServiceProvider _services = null!;
    private ConnectionMultiplexer _redis = null!;

    protected override string[] Settings => [$"Kinora__Redis__CommandTimeout={CommandTimeout}"];

    public override async ValueTask DisposeAsync()
    {
        foreach (var disposable in (IAsyncDisposable?[])[_services, _redis])
        {
            if (disposable is not null)
            {
                await disposable.DisposeAsync();
            }
        }

        await base.DisposeAsync();
    }

    [Fact]
    public async Task Whatever_messages_come_each_job_is_done_once_and_none_of_them_stays()
    {
        var wanted = await UploadAsync();
        var canceled = await UploadAsync();
        using (var cancel = await User.PostAsync($"/v1/jobs/{canceled}/cancel"))
        {
            Witness.SawJob(await User.BodyAsync(cancel, System.Net.HttpStatusCode.OK));
        }

        await AddAsync(Times, $$"""{"jobId":"{{wanted}}"}""");
        await AddAsync(Times, $$"""{"jobId":"{{canceled}}"}""");
        await AddAsync(Times, $$"""{"jobId":"{{Guid.CreateVersion7()}}","requestId":"unknown"}""");
        foreach (var data in Garbage)
        {
            await AddAsync(1, data);
        }

        await AddAsync(1, $$"""{"jobId":"{{wanted}}","requestId":"{{new string('x', HugeBytes)}}"}""");
        await AddRestsAsync();
        Assert.All(_ids, id => Assert.True(_redis.GetDatabase().ListPosition($"bull:{Queue}:wait", id) >= 0, id));
        var workers = await Task.WhenAll(Deployment.StartWorkerAsync(), Deployment.StartWorkerAsync());

        await ShouldBeDoneOnceAsync(wanted);
        await ShouldBeEmptyAsync();
        await AddAsync(Times, $$"""{"jobId":"{{wanted}}"}""");
        await ShouldBeEmptyAsync();
        await ShouldBeDoneOnceAsync(wanted);
        await ShouldBeDoneOnceAsync(await UploadAsync());

        Assert.All(workers, worker => Assert.False(worker.Exited.IsCompleted));
        Assert.Equal(0, (await User.JobAsync(canceled)).GetProperty("attempts").GetInt32());
        var log = Deployment.Log.Split('\n');
        Assert.Equal(Garbage.Length, log.Count(line => line.Contains("names no job", StringComparison.Ordinal)));
        Assert.Equal(3, log.Count(line => line.Contains("has no name or no data", StringComparison.Ordinal)));
        var violations = await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation);
        foreach (var (fault, count) in ((string, int)[])
            [
                ("the same message ten times", Times), ("ten times after the job has ended", Times), ("ten times for a canceled job", Times),
                ("ten times for a job that is not known", Times), ("garbage, wrong types, absent fields", Garbage.Length),
                ($"a message of {HugeBytes >> 20} MB", 1), ("an id without a message, or with half of one", 3),
            ])
        {
            new FaultRow("Messages", fault, count, count, [], violations).Conclude();
        }
    }

    /// <returns>The id of the analysis.</returns>
    private async Task<Guid> UploadAsync()
    {
        var (videoId, jobId) = await User.UploadAsync(await SourceClips.SmallAsync());
        Witness.SawVideo(videoId, User);
        Witness.SawJob(jobId);
        return jobId;
    }

    protected override async Task PrepareAsync()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Kinora:Redis:ConnectionString"] = Deployment.RedisConnectionString,
                ["Kinora:Redis:CommandTimeout"] = $"{CommandTimeout}",
            }).Build();
        _services = new ServiceCollection().AddLogging().AddKinoraQueue(configuration).BuildServiceProvider();
        _redis = await ConnectionMultiplexer.ConnectAsync(Deployment.RedisConnectionString);
    }

    private async Task AddAsync(int times, string data)
    {
        for (var i = 0; i < times; i++)
        {
            var id = $"test-{_ids.Count}";
            await _services.GetRequiredService<IJobQueue>().EnqueueAsync(Queue, new QueueMessage(id, "ANALYZE", data), Cancellation);
            _ids.Add(id);
        }
    }

    /// <summary>What a flush in the wrong moment leaves: ids in the list whose message is gone or has lost a field.</summary>
    private async Task AddRestsAsync()
    {
        foreach (var (id, fields) in ((string, HashEntry[])[])
            [("test-absent", []), ("test-nameless", [new("data", "{}")]), ("test-empty", [new("name", "ANALYZE"), new("opts", "{}")])])
        {
            if (fields.Length > 0)
            {
                await _redis.GetDatabase().HashSetAsync($"bull:{Queue}:{id}", fields);
            }

            await _redis.GetDatabase().ListLeftPushAsync($"bull:{Queue}:wait", id);
            _ids.Add(id);
        }
    }

    private async Task ShouldBeDoneOnceAsync(Guid jobId)
    {
        var job = Witness.SawJob(await User.WaitForJobAsync(jobId));
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        var thumbnail = await User.JobAsync(job.GetProperty("videoId").GetGuid(), "THUMBNAIL");
        Assert.Equal(1, Witness.SawJob(await User.WaitForJobAsync(thumbnail.GetProperty("id").GetGuid())).GetProperty("attempts").GetInt32());
    }

    /// <summary>Neither waiting nor in anybody's hands, nor anywhere else.</summary>
    private async Task ShouldBeEmptyAsync()
    {
        var counts = new QueueCounts(-1, -1);
        await Eventually.TrueAsync(
            async () => (counts = await _services.GetRequiredService<IJobQueue>().CountAsync(Queue, Cancellation)) == new QueueCounts(0, 0),
            () => $"{JsonSerializer.Serialize(counts)}\n{Deployment.Log}",
            KinoraClient.Patience);
        Assert.All(_ids, id => Assert.False(_redis.GetDatabase().KeyExists($"bull:{Queue}:{id}"), id));
    }
}
