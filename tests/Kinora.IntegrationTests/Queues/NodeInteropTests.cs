using System.Text.Json;
using Kinora.Core.Infra.Queues;

namespace Kinora.IntegrationTests.Queues;

/// <summary>Both ends may be Node's BullMQ of the same version, which is what "BullMQ on Redis" means to who operates it.</summary>
public sealed class NodeInteropTests : QueueTest
{
    [Fact]
    public async Task Node_works_on_what_we_add_and_hears_all_of_it()
    {
        var queue = StartQueue();
        await using var events = await NodeDriver.StartReadyAsync("listen", Node);
        await using var worker = await NodeDriver.StartReadyAsync("work", Node);
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        await queue.EnqueueAsync(Queue, Message("a-1", """{"jobId":"a","text":"日本語 \"é\""}"""), Cancellation);

        var processing = await worker.SaysAsync("processing", "a-1");
        Assert.Equal("HLS", processing.GetProperty("name").GetString());
        Assert.Equal("日本語 \"é\"", processing.GetProperty("data").GetProperty("text").GetString());
        Assert.Equal(1, processing.GetProperty("opts").GetProperty("attempts").GetInt32());
        Assert.InRange(processing.GetProperty("timestamp").GetInt64(), before, before + 60_000);
        foreach (var name in (string[])["added", "waiting", "active", "progress", "completed"])
        {
            await events.SaysAsync(name, "a-1");
        }

        await BecomesEmptyAsync(queue);
        Assert.False((bool)await CommandAsync("EXISTS", $"bull:{Queue}:a-1"));
    }

    [Fact]
    public async Task Node_may_fail_what_we_add()
    {
        var queue = StartQueue();
        await using var events = await NodeDriver.StartReadyAsync("listen", Node);
        await using var worker = await NodeDriver.StartReadyAsync("work", Node);

        await queue.EnqueueAsync(Queue, Message("a-1", """{"fail":"no such video"}"""), Cancellation);

        var failed = await events.SaysAsync("failed", "a-1");
        Assert.Equal("no such video", failed.GetProperty("details").GetProperty("failedReason").GetString());
        await BecomesEmptyAsync(queue);
    }

    [Fact]
    public async Task We_work_on_what_Node_adds_and_Node_hears_all_of_it()
    {
        var queue = StartQueue();
        await using var events = await NodeDriver.StartReadyAsync("listen", Node);
        await NodeDriver.RunAsync("add", new { Redis.Port, Queue, JobName = "HLS", Jobs = new[] { new { Id = "n-1", Data = new { x = 7 } } } });

        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);

        Assert.NotNull(delivery);
        Assert.Equal(("n-1", "HLS"), (delivery.Message.Id, delivery.Message.Name));
        Assert.Equal(7, JsonDocument.Parse(delivery.Message.Data).RootElement.GetProperty("x").GetInt32());
        await delivery.ReportProgressAsync(42, Cancellation);
        var progress = await events.SaysAsync("progress", "n-1");
        Assert.Equal(42, progress.GetProperty("details").GetProperty("data").GetInt32());
        await delivery.CompleteAsync(Cancellation);
        await events.SaysAsync("completed", "n-1");
        await events.SaysAsync("drained");
        Assert.Equal(new QueueCounts(0, 0), await queue.CountAsync(Queue, Cancellation));
    }

    [Fact]
    public async Task We_may_fail_what_Node_adds()
    {
        var queue = StartQueue();
        await using var events = await NodeDriver.StartReadyAsync("listen", Node);
        await NodeDriver.RunAsync("add", new { Redis.Port, Queue, Jobs = new[] { new { Id = "n-1", Data = new { } } } });

        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);
        await delivery!.FailAsync("ffmpeg: exit code 1", Cancellation);

        var failed = await events.SaysAsync("failed", "n-1");
        Assert.Equal("ffmpeg: exit code 1", failed.GetProperty("details").GetProperty("failedReason").GetString());
        Assert.Equal(new QueueCounts(0, 0), await queue.CountAsync(Queue, Cancellation));
    }

    [Fact]
    public async Task Delayed_and_prioritized_jobs_of_Node_come_when_they_are_due()
    {
        var queue = StartQueue();
        await NodeDriver.RunAsync("add", new
        {
            Redis.Port,
            Queue,
            Jobs = new object[]
            {
                new { Id = "later", Data = new { }, Opts = new { Delay = 1500 } },
                new { Id = "second", Data = new { }, Opts = new { Priority = 5 } },
            },
        });

        Assert.Equal("second", (await queue.ReceiveAsync(Queue, Wait, Cancellation))!.Message.Id);
        Assert.Equal("later", (await queue.ReceiveAsync(Queue, Wait, Cancellation))!.Message.Id);
    }

    [Fact]
    public async Task What_a_dead_process_of_ours_held_goes_to_Node()
    {
        // The interval of the checks too: whoever checks first sets it for all.
        var dead = StartProcess(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5));
        var queue = (IJobQueue)dead.GetService(typeof(IJobQueue))!;
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        Assert.NotNull(await queue.ReceiveAsync(Queue, Wait, Cancellation));
        await dead.DisposeAsync();

        await using var worker = await NodeDriver.StartReadyAsync("work", new { Redis.Port, Queue, LockMs = 1000, StalledMs = 500 });

        await worker.SaysAsync("processing", "a-1");
    }

    [Fact]
    public async Task What_a_dead_Node_worker_held_comes_to_us()
    {
        var queue = StartQueue(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5));
        await using (var worker = await NodeDriver.StartReadyAsync("work", new { Redis.Port, Queue, LockMs = 1000, StalledMs = 500 }))
        {
            await queue.EnqueueAsync(Queue, Message("a-1", """{"hang":true}"""), Cancellation);
            await worker.SaysAsync("processing", "a-1");
            await worker.KillAsync();
        }

        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);

        Assert.Equal("a-1", delivery?.Message.Id);
        await delivery!.CompleteAsync(Cancellation);
        Assert.Equal(new QueueCounts(0, 0), await queue.CountAsync(Queue, Cancellation));
    }

    [Fact]
    public async Task Bull_Board_lists_our_messages_and_our_workers()
    {
        var queue = StartQueue();
        await queue.EnqueueAsync(Queue, Message("a-1", """{"videoId":"v"}"""), Cancellation);
        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);
        await delivery!.ReportProgressAsync(30, Cancellation);
        var waiting = queue.ReceiveAsync(Queue, Wait, Cancellation);
        await using var board = await NodeDriver.StartReadyAsync("board", Node);
        var port = (await board.SaysAsync("ready")).GetProperty("port").GetInt32();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(10) };

        var answer = await http.GetStringAsync($"/api/queues?activeQueue={Queue}&status=active&page=1&jobsPerPage=10", Cancellation);

        var listed = JsonDocument.Parse(answer).RootElement.GetProperty("queues")[0];
        Assert.Equal(1, listed.GetProperty("counts").GetProperty("active").GetInt32());
        var job = listed.GetProperty("jobs")[0];
        Assert.Equal(("a-1", "HLS"), (job.GetProperty("id").GetString(), job.GetProperty("name").GetString()));
        Assert.Equal("v", job.GetProperty("data").GetProperty("videoId").GetString());
        Assert.Equal(30, job.GetProperty("progress").GetInt32());
        var seen = await NodeDriver.RunAsync("read", new { Redis.Port, Queue, Id = "a-1" });
        Assert.Equal("active", seen.GetProperty("state").GetString());
        Assert.Equal(1, seen.GetProperty("workers").GetArrayLength());
        await delivery.CompleteAsync(Cancellation);
        await queue.EnqueueAsync(Queue, Message("a-2"), Cancellation);
        Assert.Equal("a-2", (await waiting)?.Message.Id);
    }

    private static Task BecomesEmptyAsync(IJobQueue queue) => Eventually.TrueAsync(
        async () => await queue.CountAsync(Queue, Cancellation) == new QueueCounts(0, 0), () => "The queue is not empty");
}
