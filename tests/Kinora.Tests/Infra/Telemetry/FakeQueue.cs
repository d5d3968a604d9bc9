using Kinora.Core.Infra.Queues;

namespace Kinora.Tests.Infra.Telemetry;

/// <summary>A queue of which only its lengths and its answer to a ping matter.</summary>
internal sealed class FakeQueue : IJobQueue
{
    public Func<string, QueueCounts> Count { get; set; } = _ => new QueueCounts(0, 0);

    public Func<CancellationToken, Task> Ping { get; set; } = _ => Task.CompletedTask;

    public Task EnqueueAsync(string queue, QueueMessage message, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IQueueDelivery?> ReceiveAsync(string queue, TimeSpan wait, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public async Task<QueueCounts> CountAsync(string queue, CancellationToken cancellation)
    {
        await Task.Yield();
        return Count(queue);
    }

    public Task PingAsync(CancellationToken cancellation) => Ping(cancellation);
}
