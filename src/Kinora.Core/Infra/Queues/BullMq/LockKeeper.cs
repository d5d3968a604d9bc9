using System.Collections.Concurrent;
using System.Diagnostics;
using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>
/// Renews the locks of all deliveries of the process and recovers those of dead ones. On a thread of its own with synchronous calls: a
/// starved thread pool must not lose a lock.
/// </summary>
internal sealed partial class LockKeeper(RedisConnection redis, QueueOptions options, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<(BullQueue Queue, string Id), BullDelivery> _deliveries = [];
    private readonly ConcurrentDictionary<BullQueue, bool> _queues = [];
    private readonly ManualResetEvent _stop = new(false);
    private readonly Lock _gate = new();
    private Thread? _thread;
    private bool _away;

    /// <summary>From now on this process looks for stalled messages of the queue.</summary>
    public void Watch(BullQueue queue)
    {
        if (!_queues.TryAdd(queue, true))
        {
            return;
        }

        lock (_gate)
        {
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "queue locks" };
                _thread.Start();
            }
        }
    }

    /// <summary>Takes the place of an older delivery of the same message, which has lost it.</summary>
    public void Keep(BullDelivery delivery) => _deliveries[Key(delivery)] = delivery;

    /// <summary>False when it was not kept any more.</summary>
    public bool Forget(BullDelivery delivery) => _deliveries.TryRemove(new(Key(delivery), delivery));

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        // Two renewals may fail before a lock ends. Looking twice an interval: a look that comes a millisecond early would be skipped by
        // the script, and the next one be a whole interval later.
        var renewEvery = options.LockDuration / 3;
        var recoverEvery = options.StalledInterval / 2;
        var (renewed, recovered) = (Stopwatch.GetTimestamp(), 0L);
        var wait = TimeSpan.Zero;
        while (!_stop.WaitOne(wait))
        {
            if (redis.DatabaseIfConnected is { } database)
            {
                Due(renewEvery, ref renewed, () => Renew(database));
                Due(recoverEvery, ref recovered, () => Recover(database));
            }

            var next = TimeSpan.FromTicks(Math.Min(
                (renewEvery - Stopwatch.GetElapsedTime(renewed)).Ticks, (recoverEvery - Stopwatch.GetElapsedTime(recovered)).Ticks));
            // Overdue after a failure: not at once again, Redis needs a moment.
            wait = next > TimeSpan.Zero ? next : TimeSpan.FromTicks(Math.Min(options.LockDuration.Ticks / 10, TimeSpan.TicksPerSecond));
        }
    }

    private void Due(TimeSpan interval, ref long last, Action action)
    {
        if (Stopwatch.GetElapsedTime(last) < interval)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            action();
            last = started;
            _away = false;
        }
        catch (QueueUnavailableException e)
        {
            if (!_away)
            {
                LogAway(e);
            }

            _away = true;
        }
        catch (Exception e)
        {
            // The thread must outlive any surprise: without it every lock of the process ends.
            LogSurprise(e);
        }
    }

    private static (BullQueue Queue, string Id) Key(BullDelivery delivery) => (delivery.Queue, delivery.Message.Id);

    private void Renew(IDatabase database)
    {
        foreach (var group in _deliveries.Values.GroupBy(delivery => delivery.Queue))
        {
            foreach (var id in group.Key.ExtendLocks(database, [.. group]))
            {
                // One that was finished in the meantime is no longer kept, and not lost.
                if (Forget(group.First(delivery => delivery.Message.Id == id)))
                {
                    LogLost(group.Key.Name, id);
                }
            }
        }
    }

    private void Recover(IDatabase database)
    {
        foreach (var queue in _queues.Keys)
        {
            foreach (var id in queue.RecoverStalled(database))
            {
                LogRecovered(queue.Name, id);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Locks of the queue cannot be renewed")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(LogLevel.Error, "Keeping the locks of the queue failed")]
    private partial void LogSurprise(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The lock of message {queueJobId} of {queue} was lost")]
    private partial void LogLost(string queue, string queueJobId);

    [LoggerMessage(LogLevel.Warning, "Message {queueJobId} of {queue} was left by a dead worker and waits again")]
    private partial void LogRecovered(string queue, string queueJobId);
}
