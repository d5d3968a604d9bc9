using Kinora.Core.Jobs;
using Kinora.Core.Webhooks;

namespace Kinora.Core.Operations;

/// <summary>The queues in Redis: one for each type of job, and that of webhooks' deliveries.</summary>
public static class QueueNames
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<JobType>().Select(type => type.ToQueue()), WebhookDispatcher.Queue];
}
