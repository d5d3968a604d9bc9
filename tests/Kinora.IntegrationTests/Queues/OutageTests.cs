using System.Diagnostics;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Queues;

/// <summary>Redis goes, comes back, and forgets: the queue says so quickly and goes on by itself.</summary>
public sealed class OutageTests : QueueTest
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task While_Redis_is_away_every_call_fails_quickly_and_afterwards_all_goes_on()
    {
        var (producer, consumer) = (StartQueue(), StartQueue());
        await producer.EnqueueAsync(Queue, Message("kept-1"), Cancellation);
        Assert.Equal("kept-1", (await consumer.ReceiveAsync(Queue, Wait, Cancellation))?.Message.Id);
        await producer.EnqueueAsync(Queue, Message("kept-2"), Cancellation);
        var elsewhere = consumer.ReceiveAsync("analyze", Wait, Cancellation);
        await StopRedisAsync();

        await Assert.ThrowsAsync<QueueUnavailableException>(() => elsewhere.WaitAsync(Wait, Cancellation));
        await UnavailableAsync(() => producer.EnqueueAsync(Queue, Message("a-1"), Cancellation));
        await UnavailableAsync(() => consumer.ReceiveAsync(Queue, Wait, Cancellation));
        await UnavailableAsync(() => consumer.CountAsync(Queue, Cancellation));
        await UnavailableAsync(() => consumer.PingAsync(Cancellation));

        await StartRedisAgainAsync();
        await AvailableAsync(producer);
        await AvailableAsync(consumer);
        Assert.Equal("kept-2", (await consumer.ReceiveAsync(Queue, Wait, Cancellation))?.Message.Id);
        var waiting = consumer.ReceiveAsync(Queue, Wait, Cancellation);
        await producer.EnqueueAsync(Queue, Message("new"), Cancellation);
        Assert.Equal("new", (await waiting)?.Message.Id);
    }

    [Fact]
    public async Task A_Redis_that_hangs_costs_a_call_its_timeout_and_no_more()
    {
        var queue = StartQueue();
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        Redis.Signal(PosixSignalNumber.Stop);
        try
        {
            var started = Stopwatch.GetTimestamp();
            await Assert.ThrowsAsync<QueueUnavailableException>(() => queue.EnqueueAsync(Queue, Message("a-2"), Cancellation));
            // Three seconds, and the client library looks once a second.
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(8));
        }
        finally
        {
            Redis.Signal(PosixSignalNumber.Continue);
        }

        await AvailableAsync(queue);
        Assert.Equal("a-1", (await queue.ReceiveAsync(Queue, Wait, Cancellation))?.Message.Id);
    }

    [Fact]
    public async Task A_Redis_without_memory_is_unavailable_until_it_has_some()
    {
        var queue = StartQueue();
        await CommandAsync("CONFIG", "SET", "maxmemory", "1");
        await UnavailableAsync(() => queue.EnqueueAsync(Queue, Message("a-1"), Cancellation));
        await UnavailableAsync(() => queue.PingAsync(Cancellation));

        await CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);

        Assert.Equal("a-1", (await queue.ReceiveAsync(Queue, Wait, Cancellation))?.Message.Id);
    }

    /// <summary>As in a failover. Connected to while it was a replica, it is one to the client library until that looks again.</summary>
    [Fact]
    public async Task A_Redis_that_is_a_replica_is_unavailable_until_it_is_none_any_more()
    {
        await CommandAsync("REPLICAOF", "127.0.0.1", "1");
        var queue = StartQueue();
        await Assert.ThrowsAsync<QueueUnavailableException>(() => queue.PingAsync(Cancellation));
        await UnavailableAsync(() => queue.EnqueueAsync(Queue, Message("a-1"), Cancellation));
        await UnavailableAsync(() => queue.ReceiveAsync(Queue, Wait, Cancellation));

        await CommandAsync("REPLICAOF", "NO", "ONE");
        await AvailableAsync(queue);
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);

        Assert.Equal("a-1", (await queue.ReceiveAsync(Queue, Wait, Cancellation))?.Message.Id);
    }

    [Fact]
    public async Task A_Redis_that_may_evict_messages_is_warned_of()
    {
        await CommandAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var log = new LogLines();
        var queue = StartProcess(log: log).GetRequiredService<IJobQueue>();

        await queue.PingAsync(Cancellation);

        await Eventually.TrueAsync(() => log.Lines.Any(line => line.Contains("allkeys-lru", StringComparison.Ordinal)), () => "Nothing was logged");
    }

    [Fact]
    public async Task A_process_may_start_before_Redis()
    {
        await StopRedisAsync();
        var queue = StartQueue();
        await Assert.ThrowsAsync<QueueUnavailableException>(() => queue.EnqueueAsync(Queue, Message("a-1"), Cancellation));
        await UnavailableAsync(() => queue.EnqueueAsync(Queue, Message("a-1"), Cancellation));

        await StartRedisAgainAsync();
        await AvailableAsync(queue);
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);

        Assert.Equal("a-1", (await queue.ReceiveAsync(Queue, Wait, Cancellation))?.Message.Id);
    }

    [Fact]
    public async Task A_lock_outlives_a_short_restart()
    {
        var (queue, other) = (StartQueue(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(0.5)), StartQueue(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(0.5)));
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);

        await RestartRedisAsync(TimeSpan.FromSeconds(0.2));
        await AvailableAsync(other);

        Assert.Null(await other.ReceiveAsync(Queue, TimeSpan.FromSeconds(5), Cancellation));
        await delivery!.CompleteAsync(Cancellation);
        Assert.Equal(new QueueCounts(0, 0), await queue.CountAsync(Queue, Cancellation));
    }

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("SCRIPT FLUSH")]
    [InlineData("CLIENT KILL TYPE normal")]
    public async Task The_queue_survives(string command)
    {
        var (producer, consumer) = (StartQueue(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5)), StartQueue(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5)));
        await producer.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        var held = await consumer.ReceiveAsync(Queue, Wait, Cancellation);
        var words = command.Split(' ');
        var next = ReceiveOnAsync(consumer);

        await CommandAsync(words[0], [.. words[1..]]);
        await AvailableAsync(producer);
        await producer.EnqueueAsync(Queue, Message("a-2"), Cancellation);

        Assert.Equal("a-2", (await next.WaitAsync(Wait, Cancellation)).Message.Id);
        await held!.ReportProgressAsync(50, Cancellation);
        await held.CompleteAsync(Cancellation);
    }

    [Fact]
    public async Task Every_message_arrives_though_Redis_restarts_and_forgets_its_scripts()
    {
        const int Messages = 300;
        var (producer, consumer) = (StartQueue(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.3)), StartQueue(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.3)));
        var received = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var consuming = ConsumeAsync();
        for (var index = 0; index < Messages; index++)
        {
            switch (index)
            {
                case 50:
                    await CommandAsync("SCRIPT", "FLUSH");
                    break;
                case 100:
                    await CommandAsync("CLIENT", "KILL", "TYPE", "normal");
                    break;
                case 150:
                    await RestartRedisAsync(TimeSpan.FromSeconds(1));
                    break;
            }

            await AddAsync($"a-{index}");
        }

        await Eventually.TrueAsync(() => received.Count == Messages, () => $"{received.Count} of {Messages} arrived");
        await end.CancelAsync();
        await consuming;

        async Task AddAsync(string id)
        {
            var deadline = Stopwatch.GetTimestamp();
            while (true)
            {
                try
                {
                    await producer.EnqueueAsync(Queue, Message(id), Cancellation);
                    return;
                }
                catch (QueueUnavailableException) when (Stopwatch.GetElapsedTime(deadline) < Wait)
                {
                    await Task.Delay(20, Cancellation);
                }
            }
        }

        async Task ConsumeAsync()
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    var delivery = await ReceiveOnAsync(consumer, end.Token);
                    received.AddOrUpdate(delivery.Message.Id, 1, (_, times) => times + 1);
                    await delivery.CompleteAsync(Cancellation);
                }
                catch (Exception e) when (e is OperationCanceledException or QueueUnavailableException)
                {
                    // The end, or Redis went between taking and completing: the message comes again.
                }
            }
        }
    }

    private static async Task<IQueueDelivery> ReceiveOnAsync(IJobQueue queue, CancellationToken? cancellation = null)
    {
        while (true)
        {
            try
            {
                if (await queue.ReceiveAsync(Queue, Wait, cancellation ?? Cancellation) is { } delivery)
                {
                    return delivery;
                }
            }
            catch (QueueUnavailableException)
            {
                await Task.Delay(20, cancellation ?? Cancellation);
            }
        }
    }

    private static async Task UnavailableAsync(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<QueueUnavailableException>(call);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Quick);
    }

    private static Task AvailableAsync(IJobQueue queue) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await queue.PingAsync(Cancellation);
                return true;
            }
            catch (QueueUnavailableException)
            {
                return false;
            }
        },
        () => "The queue did not come back");
}
