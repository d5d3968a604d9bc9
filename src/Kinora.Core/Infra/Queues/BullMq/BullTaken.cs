using StackExchange.Redis;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>What moveToActive answered: a job, or when it is worth asking again without a signal.</summary>
/// <param name="Id">Null: there was none.</param>
/// <param name="Message">Null: the job is none of ours to work on, for the reason in <paramref name="Refused"/>.</param>
internal sealed record BullTaken(string? Id, QueueMessage? Message, string? Refused, TimeSpan? AskAgainIn)
{
    /// <summary>[fields of the job or 0, its id or 0, milliseconds of a rate limit or 0, time of the next delayed job or 0]</summary>
    public static BullTaken Read(RedisResult answer, long nowMs)
    {
        if (answer[0].Resp2Type != ResultType.Array)
        {
            var (limitMs, delayedMs) = ((long)answer[2], (long)answer[3]);
            return new BullTaken(null, null, null, (limitMs, delayedMs) switch
            {
                ( > 0, _) => TimeSpan.FromMilliseconds(limitMs),
                (_, > 0) => TimeSpan.FromMilliseconds(Math.Max(1, delayedMs - nowMs)),
                _ => null,
            });
        }

        var id = (string)answer[1]!;
        var fields = answer[0].ToDictionary();
        // A job may carry its end already (set by a Node worker's stalled check), or be the rest of one that was flushed away.
        return fields.TryGetValue("defa", out var reason) ? new BullTaken(id, null, (string)reason!, null)
            : fields.TryGetValue("name", out var name) && fields.TryGetValue("data", out var data)
                ? new BullTaken(id, new QueueMessage(id, (string)name!, (string)data!), null, null)
            : new BullTaken(id, null, "The job has no name or no data", null);
    }
}
