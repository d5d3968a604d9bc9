using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Webhooks;

/// <summary>
/// Tells the queue of deliveries that are due, once a second and right after events were numbered here. Runs in every process. What the queue
/// does not take, or loses, it is told of again.
/// </summary>
public sealed partial class WebhookDispatcher(DeliveryStore store, IJobQueue queue, ILogger<WebhookDispatcher> logger) : BackgroundService
{
    public const string Queue = "webhook";

    private const int Batch = 100;

    /// <summary>Messages in the queue at most: more deliveries than that wait in the database.</summary>
    private const int Window = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _due = new(0, 1);

    /// <summary>There may be new ones.</summary>
    public void Hurry()
    {
        try
        {
            _due.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look.
        }
    }

    public override void Dispose()
    {
        _due.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _due.WaitAsync(Interval, stoppingToken);
                await TryDispatchAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryDispatchAsync(CancellationToken cancellation)
    {
        try
        {
            while (await DispatchAsync(cancellation) == Batch)
            {
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    private async Task<int> DispatchAsync(CancellationToken cancellation)
    {
        // Asks the queue first: taking what then cannot be sent would write rows at every round of an outage.
        var (waiting, _) = await queue.CountAsync(Queue, cancellation);
        if (waiting >= Window)
        {
            return 0;
        }

        var due = await store.TakeDueAsync((int)Math.Min(Batch, Window - waiting), Again, cancellation);
        for (var i = 0; i < due.Count; i++)
        {
            try
            {
                var id = $"{due[i].Id}-{due[i].DispatchedAt.ToUnixTimeMilliseconds()}";
                await queue.EnqueueAsync(Queue, new QueueMessage(id, Queue, $$"""{"deliveryId":"{{due[i].Id}}"}"""), cancellation);
            }
            catch (Exception e) when (e is QueueUnavailableException or OperationCanceledException)
            {
                await store.UndoAsync(due.Skip(i), CancellationToken.None);
                throw;
            }
        }

        return due.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue was not told of deliveries; trying again")]
    private partial void LogFailed(Exception exception);
}
