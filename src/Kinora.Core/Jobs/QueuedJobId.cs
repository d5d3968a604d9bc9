using System.Text.Json;
using Kinora.Core.Infra.Queues;

namespace Kinora.Core.Jobs;

/// <summary>Reads a message of the queue, which anybody with access to Redis may have written.</summary>
public static class QueuedJobId
{
    /// <summary>The job to look at; null: the message is none of ours.</summary>
    public static Guid? Of(QueueMessage message)
    {
        try
        {
            // Absent, it is the empty one.
            return JsonSerializer.Deserialize(message.Data, JobJson.Default.QueuedJob) is { } job && job.JobId != Guid.Empty ? job.JobId : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
