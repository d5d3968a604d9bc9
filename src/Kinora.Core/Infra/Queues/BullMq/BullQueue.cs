using System.Globalization;
using Kinora.Core.Infra.Redis;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>
/// BullMQ's commands on one queue. The order of keys and arguments is each script's own (npm/commands.json names the version).
/// Every method may throw <see cref="QueueUnavailableException"/>.
/// </summary>
internal sealed class BullQueue(
    string name, string worker, RedisConnection redis, QueueOptions options, TimeProvider time, MarkerWaiter markers, BullKeys keys)
{
    /// <summary>A stalled message is always handed out again: PostgreSQL counts crashes and knows when it was enough.</summary>
    private const int MaxStalledCount = int.MaxValue;

    public string Name => name;

    public MarkerWaiter Markers => markers;

    public Task AddAsync(QueueMessage message, CancellationToken cancellation) => EvaluateAsync(
        BullScripts.AddStandardJob,
        keys.Of("wait", "paused", "meta", "id", "completed", "delayed", "active", "events", "marker"),
        [BullPack.Address(keys.Base, message.Id, message.Name, NowMs()), message.Data, BullPack.JobOptions()],
        cancellation);

    /// <summary>Locks the next message under the token. Never cancelled halfway: the message would be locked for nobody.</summary>
    public async Task<BullTaken> TakeAsync(string token)
    {
        var now = NowMs();
        var answer = await EvaluateAsync(
            BullScripts.MoveToActive,
            keys.Of("wait", "active", "prioritized", "events", "stalled", "limiter", "delayed", "paused", "meta", "pc", "marker"),
            [keys.Base, now, BullPack.TakeOptions(token, LockMs, worker)],
            CancellationToken.None);
        return BullTaken.Read(answer, now);
    }

    public Task<int> CompleteAsync(string id, string token, CancellationToken cancellation) =>
        FinishAsync(id, token, "completed", "returnvalue", "null", cancellation);

    public Task<int> FailAsync(string id, string token, string reason, CancellationToken cancellation) =>
        FinishAsync(id, token, "failed", "failedReason", reason, cancellation);

    /// <summary>Gives a locked message back to the head of the queue.</summary>
    public async Task<int> ReturnAsync(string id, string token) => (int)await EvaluateAsync(
        BullScripts.MoveJobFromActiveToWait,
        keys.Of("active", "wait", "stalled", "paused", "meta", "limiter", "prioritized", "marker", "events"),
        [id, token, keys.Base + id],
        CancellationToken.None);

    public Task ReportProgressAsync(string id, int percent, CancellationToken cancellation) => EvaluateAsync(
        BullScripts.UpdateProgress,
        keys.Of(id, "events", "meta"),
        [id, percent.ToString(CultureInfo.InvariantCulture)],
        cancellation);

    public async Task<QueueCounts> CountAsync(CancellationToken cancellation)
    {
        var counts = (long[]?)await EvaluateAsync(BullScripts.GetCounts, keys.Of(""), ["wait", "paused", "prioritized", "active"], cancellation);
        return new QueueCounts(counts![0] + counts[1] + counts[2], counts[3]);
    }

    /// <summary>Renews locks, on the calling thread. Returns the ids of those that were lost.</summary>
    public IReadOnlyList<string> ExtendLocks(IDatabase database, IReadOnlyCollection<BullDelivery> deliveries) =>
        Ids(Evaluate(
            database,
            BullScripts.ExtendLocks,
            keys.Of("stalled"),
            [keys.Base, BullPack.Strings([.. deliveries.Select(d => d.Token)]), BullPack.Strings([.. deliveries.Select(d => d.Message.Id)]), LockMs]));

    /// <summary>
    /// Puts messages back whose lock was gone at the last look too, on the calling thread. The script keeps the interval over all processes.
    /// </summary>
    public IReadOnlyList<string> RecoverStalled(IDatabase database) =>
        Ids(Evaluate(
            database,
            BullScripts.MoveStalledJobsToWait,
            keys.Of("stalled", "wait", "active", "stalled-check", "meta", "paused", "marker", "events", "repeat"),
            [MaxStalledCount, keys.Base, NowMs(), (long)options.StalledInterval.TotalMilliseconds]));

    private static string[] Ids(RedisResult answer) => [.. ((RedisValue[]?)answer ?? []).Select(id => (string)id!)];

    private long LockMs => (long)options.LockDuration.TotalMilliseconds;

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<int> FinishAsync(
        string id, string token, string state, string field, string value, CancellationToken cancellation) => (int)await EvaluateAsync(
        BullScripts.MoveToFinished,
        keys.Of(
            "wait", "active", "prioritized", "events", "stalled", "limiter", "delayed", "paused", "meta", "pc", state, id, $"metrics:{state}",
            "marker"),
        // The 0: do not fetch the next one. The last: no other fields to set.
        [id, NowMs(), field, value, state, 0, keys.Base, BullPack.FinishOptions(token, LockMs, worker), ""],
        cancellation);

    private async Task<RedisResult> EvaluateAsync(
        BullScript script, RedisKey[] scriptKeys, RedisValue[] arguments, CancellationToken cancellation)
    {
        try
        {
            var database = await redis.GetDatabaseAsync(cancellation);
            // A sent command runs whether its caller still waits or not.
            return await database.ScriptEvaluateAsync(script.Lua, Checked(script, scriptKeys), arguments).WaitAsync(cancellation);
        }
        catch (Exception e) when (RedisFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            throw new QueueUnavailableException($"{script.Name} on queue {name}: {e.Message}", e);
        }
    }

    private RedisResult Evaluate(IDatabase database, BullScript script, RedisKey[] scriptKeys, RedisValue[] arguments)
    {
        try
        {
            return database.ScriptEvaluate(script.Lua, Checked(script, scriptKeys), arguments);
        }
        catch (Exception e) when (RedisFailure.Is(e))
        {
            throw new QueueUnavailableException($"{script.Name} on queue {name}: {e.Message}", e);
        }
    }

    private static RedisKey[] Checked(BullScript script, RedisKey[] scriptKeys) => scriptKeys.Length == script.KeyCount
        ? scriptKeys
        : throw new InvalidOperationException($"BullMQ's {script.Name} wants {script.KeyCount} keys, not {scriptKeys.Length}");
}
