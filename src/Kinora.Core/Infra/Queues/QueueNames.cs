namespace Kinora.Core.Infra.Queues;

/// <summary>The queues, one a job type.</summary>
public static class QueueNames
{
    public const string Analyze = "analyze";
    public const string Thumbnail = "thumbnail";
    public const string Hls = "hls";
}
