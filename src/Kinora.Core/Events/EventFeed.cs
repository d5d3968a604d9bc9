using Kinora.Core.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kinora.Core.Events;

/// <summary>
/// Hears of events at their commit, numbers them, and wakes those who wait for them in this process. Runs in every process: while one of
/// them lives, no event stays without its number. Where nothing is heard (the connection is lost, or goes through a pooler that passes no
/// notices on) it looks once a second.
/// </summary>
public sealed partial class EventFeed(
    NpgsqlDataSource source, EventLog log, EventStreams streams, WebhookDispatcher webhooks, TimeProvider time, ILogger<EventFeed> logger)
    : BackgroundService
{
    private const int Batch = 1000;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Up to where all have been woken; null: nobody waited.</summary>
    private long? _position;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(LookInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (isWritten, isNumbered) = (true, true);
        connection.Notification += (_, notice) =>
        {
            isWritten |= notice.Channel == EventTriggers.WrittenChannel;
            isNumbered |= notice.Channel == EventTriggers.NumberedChannel;
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {EventTriggers.WrittenChannel}; LISTEN {EventTriggers.NumberedChannel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        while (true)
        {
            if (isWritten)
            {
                isWritten = false;
                if (await log.NumberAsync(cancellation))
                {
                    webhooks.Hurry();
                }
            }

            if (isNumbered)
            {
                isNumbered = false;
                await WakeAsync(cancellation);
            }

            if (!isWritten && !isNumbered && !await connection.WaitAsync(LookInterval, cancellation))
            {
                (isWritten, isNumbered) = (true, true);
            }
        }
    }

    private async Task WakeAsync(CancellationToken cancellation)
    {
        if (streams.IsEmpty)
        {
            _position = null;
            return;
        }

        if (_position is not { } position)
        {
            // Whoever began to wait since then may have missed something.
            _position = await log.LastPositionAsync(cancellation);
            streams.Wake(null);
            return;
        }

        while (true)
        {
            var (owners, next) = await log.SinceAsync(position, Batch, cancellation);
            foreach (var (ownerId, videoId) in owners)
            {
                streams.Wake(ownerId, videoId);
            }

            (_position, var isEnd) = (next, next == position);
            position = next;
            if (isEnd)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events cannot be followed; trying again")]
    private partial void LogFailed(Exception exception);
}
