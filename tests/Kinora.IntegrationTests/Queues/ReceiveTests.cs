using System.Diagnostics;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Queues.BullMq;

namespace Kinora.IntegrationTests.Queues;

/// <summary>Waiting for messages: prompt, fair, and without losing a message or a signal.</summary>
public sealed class ReceiveTests : QueueTest
{
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task An_empty_queue_gives_nothing_after_the_wait()
    {
        var started = Stopwatch.GetTimestamp();

        Assert.Null(await StartQueue().ReceiveAsync(Queue, TimeSpan.FromSeconds(0.3), Cancellation));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_waiting_receiver_has_a_new_message_at_once()
    {
        var (producer, consumer) = (StartQueue(), StartQueue());
        Assert.Null(await consumer.ReceiveAsync(Queue, TimeSpan.FromSeconds(0.1), Cancellation));
        var latencies = new List<double>();
        for (var index = 0; index < 300; index++)
        {
            var receiving = consumer.ReceiveAsync(Queue, Wait, Cancellation);
            await Task.Delay(2, Cancellation);
            var started = Stopwatch.GetTimestamp();
            await producer.EnqueueAsync(Queue, Message($"a-{index}"), Cancellation);
            var delivery = await receiving;
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await delivery!.CompleteAsync(Cancellation);
        }

        latencies.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"pick-up p50 {latencies[150]:F2} ms, p99 {latencies[297]:F2} ms, max {latencies[299]:F2} ms");
        Assert.InRange(latencies[150], 0, 250);
    }

    [Fact]
    public async Task Many_receivers_of_many_processes_get_each_message_once()
    {
        IJobQueue[] processes = [StartQueue(), StartQueue(), StartQueue()];
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var received = new System.Collections.Concurrent.ConcurrentBag<string>();
        var receivers = Enumerable.Range(0, 12).Select(index => ReceiveAllAsync(processes[index % 3])).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 300).Select(index => processes[index % 3].EnqueueAsync(Queue, Message($"a-{index}"), Cancellation)));

        await Eventually.TrueAsync(() => received.Count >= 300, () => $"{received.Count} of 300 were received");
        await done.CancelAsync();
        await Task.WhenAll(receivers);
        Assert.Equal(300, received.Distinct().Count());
        Assert.Equal(300, received.Count);
        Assert.Equal(new QueueCounts(0, 0), await processes[0].CountAsync(Queue, Cancellation));

        async Task ReceiveAllAsync(IJobQueue queue)
        {
            try
            {
                while (true)
                {
                    if (await queue.ReceiveAsync(Queue, Wait, done.Token) is { } delivery)
                    {
                        received.Add(delivery.Message.Id);
                        await delivery.CompleteAsync(Cancellation);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        }
    }

    [Fact]
    public async Task Cancelling_a_wait_is_prompt_and_the_next_message_wakes_another_process_at_once()
    {
        var (leaving, staying) = (StartQueue(), StartQueue());
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = leaving.ReceiveAsync(Queue, Wait, leave.Token);
        await BlockedAsync(1);
        var started = Stopwatch.GetTimestamp();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Prompt);

        // The connection of the first is still blocked, ahead of the second's: its signal must be passed on.
        var received = staying.ReceiveAsync(Queue, Wait, Cancellation);
        await BlockedAsync(2);
        started = Stopwatch.GetTimestamp();
        await leaving.EnqueueAsync(Queue, Message("a-1"), Cancellation);

        Assert.Equal("a-1", (await received)?.Message.Id);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Prompt);
    }

    [Fact]
    public async Task Closing_a_process_that_waits_leaves_the_signal_to_the_others()
    {
        var (leaving, staying) = (StartProcess(), StartQueue());
        var left = ((IJobQueue)leaving.GetService(typeof(IJobQueue))!).ReceiveAsync(Queue, Wait, Cancellation);
        await BlockedAsync(1);
        var received = staying.ReceiveAsync(Queue, Wait, Cancellation);
        await BlockedAsync(2);
        var started = Stopwatch.GetTimestamp();
        await leaving.DisposeAsync();
        await Assert.ThrowsAsync<QueueUnavailableException>(() => left);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Prompt);

        await staying.EnqueueAsync(Queue, Message("a-1"), Cancellation);

        Assert.Equal("a-1", (await received)?.Message.Id);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Prompt);
    }

    [Fact]
    public async Task Receivers_that_leave_at_any_moment_lose_no_message()
    {
        const int Messages = 200;
        var (queue, other) = (StartQueue(), StartQueue());
        var received = new HashSet<string>();
        var random = new Random(7);
        var adding = Task.Run(async () =>
        {
            for (var index = 0; index < Messages; index++)
            {
                await other.EnqueueAsync(Queue, Message($"a-{index}"), Cancellation);
            }
        }, Cancellation);
        var started = Stopwatch.GetTimestamp();
        var left = 0;
        while (received.Count < Messages)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Eventually.Timeout, $"{received.Count} of {Messages} after {left} cancellations");
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            leave.CancelAfter(TimeSpan.FromMicroseconds(random.Next(0, 3000)));
            try
            {
                if (await queue.ReceiveAsync(Queue, Wait, leave.Token) is { } delivery)
                {
                    Assert.True(received.Add(delivery.Message.Id));
                    await delivery.CompleteAsync(Cancellation);
                }
            }
            catch (OperationCanceledException)
            {
                left++;
            }
        }

        await adding;
        Assert.True(left > 10, $"Only {left} were cancelled");
        await Eventually.TrueAsync(
            async () => await queue.CountAsync(Queue, Cancellation) == new QueueCounts(0, 0), () => "A message was left locked");
    }

    private async Task BlockedAsync(int clients) => await Eventually.TrueAsync(
        async () => ((string?)await CommandAsync("INFO", "clients"))!.Contains($"blocked_clients:{clients}", StringComparison.Ordinal),
        () => "Nobody waits");
}
