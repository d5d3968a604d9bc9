using System.Collections.Concurrent;
using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>
/// The queue on BullMQ's own engine, so that Node's BullMQ, Bull Board and this process work on the same queues. Thread-safe; one a process.
/// </summary>
public sealed partial class BullJobQueue : IJobQueue, IAsyncDisposable
{
    private const string PingScript = "redis.call('SET', KEYS[1], '', 'EX', 60)";

    private readonly ConcurrentDictionary<string, BullQueue> _queues = [];
    private readonly ConcurrentDictionary<Task, bool> _returning = [];
    private readonly string _worker = $"{Environment.MachineName}-{Environment.ProcessId}";
    private readonly RedisConnection _redis;
    private readonly QueueOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BullJobQueue> _logger;
    private readonly LockKeeper _locks;

    public BullJobQueue(RedisConnection redis, IOptions<QueueOptions> options, TimeProvider time, ILogger<BullJobQueue> logger)
    {
        (_redis, _options, _time, _logger) = (redis, options.Value, time, logger);
        _locks = new LockKeeper(redis, _options, logger);
    }

    public Task EnqueueAsync(string queue, QueueMessage message, CancellationToken cancellation)
    {
        // BullMQ numbers its own jobs, and its keys are separated by colons.
        if (message.Id.Length == 0 || message.Id.Contains(':') || message.Id.All(char.IsAsciiDigit))
        {
            throw new ArgumentException($"\"{message.Id}\" cannot be the id of a message", nameof(message));
        }

        return Queue(queue).AddAsync(message, cancellation);
    }

    public async Task<IQueueDelivery?> ReceiveAsync(string queue, TimeSpan wait, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bull = Queue(queue);
        _locks.Watch(bull);
        var started = _time.GetTimestamp();
        while (true)
        {
            var (delivery, askAgainIn) = await TakeAsync(bull, cancellation);
            var left = wait - _time.GetElapsedTime(started);
            if (delivery is not null || left <= TimeSpan.Zero)
            {
                return delivery;
            }

            var most = askAgainIn < _options.SignalWait ? askAgainIn.Value : _options.SignalWait;
            await bull.Markers.WaitAsync(left < most ? left : most, cancellation);
        }
    }

    public Task<QueueCounts> CountAsync(string queue, CancellationToken cancellation) => Queue(queue).CountAsync(cancellation);

    public async Task PingAsync(CancellationToken cancellation)
    {
        try
        {
            var database = await _redis.GetDatabaseAsync(cancellation);

            // A write: one that is full or read-only says PONG, and takes no message. By a script, as all that matters here: of a plain
            // SET the client library would say for up to a minute after a failover that there is no primary.
            await database.ScriptEvaluateAsync(PingScript, [BullKeys.Ping(_options.Prefix)]).WaitAsync(cancellation);
        }
        catch (Exception e) when (RedisFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            throw new QueueUnavailableException($"Redis takes no write: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues.Values)
        {
            await queue.Markers.DisposeAsync();
        }

        await Task.WhenAll(_returning.Keys);
        _locks.Dispose();
    }

    private BullQueue Queue(string name) => _queues.GetOrAdd(name, Create);

    private BullQueue Create(string name)
    {
        var keys = new BullKeys(_options.Prefix, name);
        var markers = new MarkerWaiter(new MarkerConnection(_redis, keys, keys.ClientName(_worker), _options), _logger);
        return new BullQueue(name, _worker, _redis, _options, _time, markers, keys);
    }

    private async Task<(BullDelivery? Delivery, TimeSpan? AskAgainIn)> TakeAsync(BullQueue queue, CancellationToken cancellation)
    {
        while (true)
        {
            var token = Guid.CreateVersion7().ToString();
            var take = queue.TakeAsync(token);
            try
            {
                await take.WaitAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                ReturnWhenTaken(queue, take, token);
                throw;
            }

            var taken = await take;
            if (taken.Message is { } message)
            {
                var delivery = new BullDelivery(queue, message, token, _locks, _logger);
                _locks.Keep(delivery);
                return (delivery, null);
            }

            if (taken.Id is null)
            {
                return (null, taken.AskAgainIn);
            }

            LogRefused(queue.Name, taken.Id, taken.Refused!);
            await queue.FailAsync(taken.Id, token, taken.Refused!, cancellation);
        }
    }

    /// <summary>The receiver has left, but the command was sent and may still take a message.</summary>
    private void ReturnWhenTaken(BullQueue queue, Task<BullTaken> take, string token)
    {
        var returning = ReturnAsync();
        _returning.TryAdd(returning, true);
        returning.ContinueWith(done => _returning.TryRemove(done, out _), TaskScheduler.Default);

        async Task ReturnAsync()
        {
            try
            {
                if (await take is { Id: { } id })
                {
                    await queue.ReturnAsync(id, token);
                }
            }
            catch (QueueUnavailableException e)
            {
                // Its lock ends by itself, and the stalled check gives it to another.
                LogNotReturned(queue.Name, e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {queueJobId} of {queue} is dropped: {reason}")]
    private partial void LogRefused(string queue, string queueJobId, string reason);

    [LoggerMessage(LogLevel.Information, "A message of {queue} may have been taken while its receiver left")]
    private partial void LogNotReturned(string queue, Exception exception);
}
