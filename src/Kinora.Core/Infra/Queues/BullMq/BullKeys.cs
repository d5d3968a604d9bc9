using System.Text;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>The names of one queue's keys.</summary>
internal sealed class BullKeys(string prefix, string queue)
{
    /// <summary>What all keys of the queue begin with.</summary>
    public string Base { get; } = $"{prefix}:{queue}:";

    /// <summary>Of no queue: written only to see whether Redis takes writes.</summary>
    public static RedisKey Ping(string prefix) => $"{prefix}:ping";

    public string Marker => Base + "marker";

    /// <summary>The keys of these parts (or of these jobs' ids), in the order that a script wants.</summary>
    public RedisKey[] Of(params ReadOnlySpan<string> parts)
    {
        var keys = new RedisKey[parts.Length];
        for (var index = 0; index < parts.Length; index++)
        {
            keys[index] = Base + parts[index];
        }

        return keys;
    }

    /// <summary>The name of a connection by which Bull Board knows a worker of the queue.</summary>
    public string ClientName(string worker) => $"{prefix}:{Convert.ToBase64String(Encoding.UTF8.GetBytes(queue))}:w:{worker}";
}
