using Kinora.Core.Infra.Queues;

namespace Kinora.IntegrationTests.Queues;

/// <summary>Who holds a message, and what happens to it when its holder is gone.</summary>
public sealed class LockTests : QueueTest
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.4);

    [Fact]
    public async Task The_same_id_twice_is_one_message()
    {
        var queue = StartQueue();
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        Assert.Equal(new QueueCounts(1, 0), await queue.CountAsync(Queue, Cancellation));

        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        Assert.Equal(new QueueCounts(0, 1), await queue.CountAsync(Queue, Cancellation));

        await delivery!.CompleteAsync(Cancellation);
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        Assert.Equal(new QueueCounts(1, 0), await queue.CountAsync(Queue, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("a:1")]
    public async Task An_id_that_BullMQ_would_misread_is_refused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => StartQueue().EnqueueAsync(Queue, Message(id), Cancellation));

    [Fact]
    public async Task A_message_in_the_hands_of_one_process_is_not_taken_by_another()
    {
        var (first, second) = (StartQueue(Lock, Interval), StartQueue(Lock, Interval));
        await first.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        var delivery = await first.ReceiveAsync(Queue, Wait, Cancellation);

        // Three locks long: it is renewed.
        Assert.Null(await second.ReceiveAsync(Queue, Lock * 3, Cancellation));

        await delivery!.CompleteAsync(Cancellation);
        Assert.Equal(new QueueCounts(0, 0), await first.CountAsync(Queue, Cancellation));
    }

    [Fact]
    public async Task What_a_dead_process_held_goes_to_another_however_often()
    {
        var survivor = StartQueue(Lock, Interval);
        await survivor.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        for (var death = 0; death < 2; death++)
        {
            var process = StartProcess(Lock, Interval);
            Assert.NotNull(await ((IJobQueue)process.GetService(typeof(IJobQueue))!).ReceiveAsync(Queue, Wait, Cancellation));
            await process.DisposeAsync();
        }

        var delivery = await survivor.ReceiveAsync(Queue, Wait, Cancellation);

        Assert.Equal("a-1", delivery?.Message.Id);
    }

    [Fact]
    public async Task Finishing_twice_or_after_the_lock_was_lost_is_no_error()
    {
        var queue = StartQueue(Lock, Interval);
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);
        await delivery!.CompleteAsync(Cancellation);
        await delivery.CompleteAsync(Cancellation);
        await delivery.FailAsync("late", Cancellation);
        await delivery.ReportProgressAsync(50, Cancellation);

        await queue.EnqueueAsync(Queue, Message("b-1"), Cancellation);
        var late = await queue.ReceiveAsync(Queue, Wait, Cancellation);
        await CommandAsync("SET", $"bull:{Queue}:b-1:lock", "another");
        await late!.CompleteAsync(Cancellation);

        Assert.Equal(new QueueCounts(0, 1), await queue.CountAsync(Queue, Cancellation));
    }

    [Fact]
    public async Task A_job_that_is_no_message_is_dropped_and_the_next_one_taken()
    {
        var queue = StartQueue();
        await CommandAsync("LPUSH", $"bull:{Queue}:wait", "rest-of-a-flush");
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);

        var delivery = await queue.ReceiveAsync(Queue, Wait, Cancellation);

        Assert.Equal("a-1", delivery?.Message.Id);
        Assert.Equal(new QueueCounts(0, 1), await queue.CountAsync(Queue, Cancellation));
    }
}
