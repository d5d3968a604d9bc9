using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Queues.BullMq;

internal sealed partial class BullDelivery(BullQueue queue, QueueMessage message, string token, LockKeeper locks, ILogger logger) : IQueueDelivery
{
    public BullQueue Queue => queue;

    public QueueMessage Message => message;

    public string Token => token;

    public Task ReportProgressAsync(int percent, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        return queue.ReportProgressAsync(message.Id, percent, cancellation);
    }

    public Task CompleteAsync(CancellationToken cancellation) => FinishAsync(() => queue.CompleteAsync(message.Id, token, cancellation));

    public Task FailAsync(string reason, CancellationToken cancellation) =>
        FinishAsync(() => queue.FailAsync(message.Id, token, reason, cancellation));

    private async Task FinishAsync(Func<Task<int>> finish)
    {
        // Before the call, and even if it fails: a lock that nobody comes back for must end, so that the message goes to another.
        locks.Forget(this);
        var code = await finish();
        if (code < 0)
        {
            // Gone, locked by another, or finished before: PostgreSQL knows whose result counts.
            LogNotOurs(queue.Name, message.Id, code);
        }
    }

    [LoggerMessage(LogLevel.Information, "Message {queueJobId} of {queue} was no longer ours to finish (BullMQ's code {code})")]
    private partial void LogNotOurs(string queue, string queueJobId, int code);
}
