using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Limits;

/// <summary>What one user, and all users together, may ask for. Section "Kinora:Limits".</summary>
public sealed class LimitOptions
{
    /// <summary>Jobs of one user that are QUEUED or RUNNING, over all videos; beyond it nothing new is taken from that user.</summary>
    [Range(1, 1_000_000)]
    public int MaxLiveJobsPerUser { get; set; } = 1000;

    /// <summary>Bytes of one user's videos together, as uploaded, with resumable uploads under way; null: no limit.</summary>
    [Range(1, long.MaxValue)]
    public long? MaxBytesPerUser { get; set; }

    /// <summary>
    /// Jobs of all users that are QUEUED or RUNNING; null: no limit. Not exact, since users do not wait for each other: it can be passed
    /// by the requests that come in the same moment.
    /// </summary>
    [Range(1, 100_000_000)]
    public int? MaxLiveJobs { get; set; }
}
