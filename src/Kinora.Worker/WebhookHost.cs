using Kinora.Core.Infra.Queues;
using Kinora.Core.Webhooks;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>
/// Sends deliveries, some at once. As with jobs a message says that there is something to send, and the database says what; while the queue is
/// away, it is asked every few seconds. Told to stop, it ends the attempts that it has begun, which take seconds: no receiver gets one twice
/// for that.
/// </summary>
internal sealed partial class WebhookHost(
    DeliveryStore store, WebhookSender sender, IJobQueue queue, IOptions<WorkerOptions> options, ILogger<WebhookHost> logger) : BackgroundService
{
    private static readonly TimeSpan ReceiveWait = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _free = new(options.Value.Concurrency.Webhooks, Math.Max(options.Value.Concurrency.Webhooks, 1));

    private int Slots => options.Value.Concurrency.Webhooks;

    public override void Dispose()
    {
        _free.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (Slots == 0)
        {
            return;
        }

        try
        {
            while (true)
            {
                await _free.WaitAsync(stoppingToken);
                var begun = false;
                try
                {
                    var (isTold, message) = await ReceiveAsync(stoppingToken);
                    if (isTold)
                    {
                        begun = true;
                        _ = HandleAsync(message, stoppingToken);
                    }
                }
                finally
                {
                    if (!begun)
                    {
                        _free.Release();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            for (var i = 0; i < Slots; i++)
            {
                await _free.WaitAsync(CancellationToken.None);
            }
        }
    }

    /// <returns>Whether to look into the database, and the message that says so, where the queue is there.</returns>
    private async Task<(bool IsTold, IQueueDelivery? Message)> ReceiveAsync(CancellationToken stopping)
    {
        try
        {
            var message = await queue.ReceiveAsync(WebhookDispatcher.Queue, ReceiveWait, stopping);
            return (message is not null, message);
        }
        catch (QueueUnavailableException)
        {
            await Task.Delay(options.Value.PollInterval, stopping);
            return (true, null);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // An error that nobody foresaw must not end the worker, and with it what else it runs.
            LogFailed(e);
            await Task.Delay(options.Value.PollInterval, stopping);
            return (false, null);
        }
    }

    private async Task HandleAsync(IQueueDelivery? message, CancellationToken stopping)
    {
        // Leaves the caller's loop at once, whatever the first steps take.
        await Task.Yield();
        try
        {
            // Whatever the message names, and as long as there is something: another message may have come while all were on their way.
            while (!stopping.IsCancellationRequested && await store.ClaimAsync(CancellationToken.None) is { } delivery)
            {
                await sender.RunAsync(delivery, CancellationToken.None);
            }

            await (message?.CompleteAsync(CancellationToken.None) ?? Task.CompletedTask);
        }
        catch (QueueUnavailableException)
        {
            // Others get the message again, and find nothing.
        }
        catch (Exception e)
        {
            LogFailed(e);
            await Task.Delay(options.Value.PollInterval, CancellationToken.None);
        }
        finally
        {
            _free.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks could not be sent; trying again")]
    private partial void LogFailed(Exception exception);
}
