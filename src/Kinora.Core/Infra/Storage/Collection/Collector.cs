using Kinora.Core.Events;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Storage.Collection;

/// <summary>
/// Deletes what has had its time, as only the audit does beside it: prefixes that are doomed (their video was deleted, their derivative
/// replaced, their upload failed), those whose attempt is over without having published them, puts that never ended; and rows: of units whose
/// job ended a day ago, of idempotency keys that are over, old events and deliveries. Any number of them may run.
/// </summary>
public sealed partial class Collector(
    PrefixSweeper prefixes,
    UnfinishedPuts puts,
    HlsUnits units,
    IdempotencyKeys keys,
    EventLog events,
    DeliveryStore deliveries,
    Chores chores,
    IOptions<CollectorOptions> options,
    IOptions<EventOptions> eventOptions,
    ILogger<Collector> logger)
    : BackgroundService
{
    private const string PutsChore = "unfinished-puts";
    private const string UnitsChore = "ended-units";
    private const string KeysChore = "idempotency-keys";
    private const string EventsChore = "old-events";

    /// <summary>Long enough to look into what went wrong.</summary>
    private static readonly TimeSpan UnitsKept = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        try
        {
            do
            {
                await TryAsync(prefixes.RunAsync, stoppingToken);
                await TryAsync(AbortPutsAsync, stoppingToken);
                await TryAsync(RemoveUnitsAsync, stoppingToken);
                await TryAsync(RemoveKeysAsync, stoppingToken);
                await TryAsync(RemoveEventsAsync, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>What goes wrong in one part of a round keeps no other part waiting.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> part, CancellationToken stopping)
    {
        try
        {
            await part(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogRoundFailed(e);
        }
    }

    /// <summary>By one collector for all: what S3 lists is the same for each of them.</summary>
    private async Task AbortPutsAsync(CancellationToken cancellation)
    {
        if (await chores.TryTakeAsync(PutsChore, options.Value.AbandonedGrace, cancellation))
        {
            await puts.AbortAbandonedAsync(cancellation);
        }
    }

    private async Task RemoveUnitsAsync(CancellationToken cancellation)
    {
        if (await chores.TryTakeAsync(UnitsChore, TimeSpan.FromHours(1), cancellation))
        {
            await units.RemoveAsync(UnitsKept, cancellation);
        }
    }

    private async Task RemoveKeysAsync(CancellationToken cancellation)
    {
        if (await chores.TryTakeAsync(KeysChore, TimeSpan.FromHours(1), cancellation))
        {
            await keys.RemoveExpiredAsync(cancellation);
        }
    }

    private async Task RemoveEventsAsync(CancellationToken cancellation)
    {
        if (await chores.TryTakeAsync(EventsChore, TimeSpan.FromHours(1), cancellation))
        {
            await events.RemoveAsync(eventOptions.Value.Retention, cancellation);
            await deliveries.RemoveAsync(cancellation);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of the collector failed")]
    private partial void LogRoundFailed(Exception exception);
}
