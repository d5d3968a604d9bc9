using Kinora.Core.Infra.Queues;

namespace Kinora.IntegrationTests.Queues;

/// <summary>Alone: it takes the thread pool away from every test.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class StarvedPool;

[Collection(typeof(StarvedPool))]
public sealed class StarvedPoolTests : QueueTest
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_starved_thread_pool_loses_no_lock()
    {
        var (queue, other) = (StartQueue(Lock, Lock / 2), StartQueue(Lock, Lock / 2));
        await queue.EnqueueAsync(Queue, Message("a-1"), Cancellation);
        Assert.NotNull(await queue.ReceiveAsync(Queue, Wait, Cancellation));
        using var end = new ManualResetEvent(false);

        // Far more blocked work than the pool has threads, and than it adds in this time.
        for (var work = 0; work < 500; work++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => end.WaitOne(), null);
        }

        // Without the pool: this thread waits for three locks.
        Assert.False(end.WaitOne(Lock * 3));
        end.Set();

        Assert.True((long)await CommandAsync("PTTL", $"bull:{Queue}:a-1:lock") > 0, "The lock was lost");
        Assert.Null(await other.ReceiveAsync(Queue, Lock, Cancellation));
    }
}
