using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Redis;

/// <summary>
/// Tells the workers that a job was cancelled, so that they need not wait for their next beat. Only a hint: while Redis is away nothing is
/// sent and nothing is missed but time.
/// </summary>
public sealed partial class CancelChannel(RedisConnection redis, TimeProvider time, ILogger<CancelChannel> logger)
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("kinora:cancel");
    private static readonly TimeSpan SubscribeAgain = TimeSpan.FromSeconds(1);

    /// <summary>Never throws because of Redis.</summary>
    public async Task PublishAsync(Guid jobId, CancellationToken cancellation)
    {
        try
        {
            var subscriber = await redis.GetSubscriberAsync(cancellation);
            await subscriber.PublishAsync(Channel, jobId.ToString()).WaitAsync(cancellation);
        }
        catch (Exception e) when (RedisFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            LogNotSent(jobId, e);
        }
    }

    /// <summary>Calls the handler with the id of each cancelled job, one after the other, until cancelled; over every outage of Redis.</summary>
    public async Task ListenAsync(Action<Guid> handler, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var subscriber = await redis.GetSubscriberAsync(cancellation);
                // From here on the connection subscribes again by itself.
                var messages = await subscriber.SubscribeAsync(Channel).WaitAsync(cancellation);
                await HandAsync(messages, handler, cancellation);
            }
            catch (Exception e) when (RedisFailure.Is(e) && !cancellation.IsCancellationRequested)
            {
                LogNotHeard(e);
            }

            await Task.Delay(SubscribeAgain, time, cancellation);
        }
    }

    private static async Task HandAsync(ChannelMessageQueue messages, Action<Guid> handler, CancellationToken cancellation)
    {
        try
        {
            await foreach (var message in messages.WithCancellation(cancellation))
            {
                if (Guid.TryParse((string?)message.Message, out var jobId))
                {
                    handler(jobId);
                }
            }
        }
        finally
        {
            messages.Unsubscribe(CommandFlags.FireAndForget);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Workers were not told that job {jobId} was cancelled: they learn it at their next beat")]
    private partial void LogNotSent(Guid jobId, Exception exception);

    [LoggerMessage(LogLevel.Debug, "Cancellations cannot be heard")]
    private partial void LogNotHeard(Exception exception);
}
