namespace Kinora.Core.Infra.Queues;

/// <summary>
/// Delivery of jobs to workers, at least once. It only says "look now": PostgreSQL decides what is run. Losing all of it loses no job.
/// Every method may throw <see cref="QueueUnavailableException"/>.
/// </summary>
public interface IJobQueue
{
    /// <summary>Adds the message; a second one with the same id, while the first is in the queue, changes nothing.</summary>
    Task EnqueueAsync(string queue, QueueMessage message, CancellationToken cancellation);

    /// <summary>
    /// Waits up to <paramref name="wait"/> for a message and takes it; null when none came. The message stays locked for this process (its
    /// lock is renewed in the background) until it is finished through the delivery.
    /// </summary>
    Task<IQueueDelivery?> ReceiveAsync(string queue, TimeSpan wait, CancellationToken cancellation);

    /// <summary>How many messages wait and how many are being worked on.</summary>
    Task<QueueCounts> CountAsync(string queue, CancellationToken cancellation);

    /// <summary>Whether it would take a message.</summary>
    Task PingAsync(CancellationToken cancellation);
}

/// <param name="Id">Not a number and without ":" (a rule of BullMQ). Kinora uses "{jobId}-{dispatchCount}".</param>
/// <param name="Name">The job's type, for who looks at the queue.</param>
/// <param name="Data">JSON.</param>
public sealed record QueueMessage(string Id, string Name, string Data);

public sealed record QueueCounts(long Waiting, long Active);

/// <summary>A message in this process's hands. Finishing it twice, or after its lock was lost, is no error.</summary>
public interface IQueueDelivery
{
    QueueMessage Message { get; }

    /// <param name="percent">0 to 100; shown by the tools around the queue.</param>
    Task ReportProgressAsync(int percent, CancellationToken cancellation);

    Task CompleteAsync(CancellationToken cancellation);

    /// <param name="reason">Plain text, for people.</param>
    Task FailAsync(string reason, CancellationToken cancellation);
}

/// <summary>Redis cannot be reached or refuses to work.</summary>
public sealed class QueueUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
