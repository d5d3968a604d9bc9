using System.Text.Json;
using Kinora.Core.Videos;

namespace Kinora.Core.Jobs;

public enum JobType { Fetch, Analyze, Thumbnail, Hls }

/// <summary>QUEUED → RUNNING → SUCCEEDED, FAILED or CANCELED; QUEUED → CANCELED. The database refuses every other edge.</summary>
public enum JobStatus { Queued, Running, Succeeded, Failed, Canceled }

/// <summary>
/// A unit of work on one video, at most one live of a type; or a unit of such a job, which nobody outside sees. Written only by the
/// <see cref="JobStatements"/>; read through EF.
/// </summary>
public sealed class Job
{
    public Guid Id { get; init; }
    public Guid VideoId { get; init; }

    /// <summary>The video's, repeated here since workers take turns by owner.</summary>
    public Guid OwnerId { get; init; }
    public JobType Type { get; init; }
    public JobStatus Status { get; init; }

    /// <summary>0 to 100; 100 exactly when SUCCEEDED.</summary>
    public int Progress { get; init; }

    /// <summary>How far into the video the work has come, in milliseconds.</summary>
    public long? OutTimeMs { get; init; }
    public int Attempts { get; init; }
    public int MaxAttempts { get; init; }

    /// <summary>Leases that ended without a word from their worker.</summary>
    public int Crashes { get; init; }

    /// <summary>Attempts that a store's outage ended; they are not charged, and count for the backoff alone.</summary>
    public int Deferrals { get; init; }

    /// <summary>When the outage that it waits out began for it; null: none.</summary>
    public DateTimeOffset? DeferredSince { get; init; }

    /// <summary>The fencing token: a new number for each attempt; a write with an older one changes nothing.</summary>
    public long? Fence { get; init; }

    /// <summary>The worker that runs it; null between two attempts.</summary>
    public string? LeaseOwner { get; init; }
    public DateTimeOffset? LeaseUntil { get; init; }
    public DateTimeOffset? HeartbeatAt { get; init; }

    /// <summary>
    /// Not to be claimed before this. <see cref="DateTimeOffset.MaxValue"/> ("infinity"): of a parked parent, and of a last unit that the others
    /// have not woken.
    /// </summary>
    public DateTimeOffset RunAfter { get; init; }

    /// <summary>When it was last handed to the queue; null: to be handed over.</summary>
    public DateTimeOffset? DispatchedAt { get; init; }
    public int DispatchCount { get; init; }

    /// <summary>What was asked for, as canonical JSON; equal parameters are the same request.</summary>
    public required JsonDocument Params { get; init; }

    /// <summary>The job that this is a unit of: claimed and ended like any job, and nothing by itself. Null: it is none.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Of an owner's jobs the lowest are claimed first: 0, or 1 for sound, or 2 for what a player comes to later.</summary>
    public short Rank { get; init; }

    /// <summary>A unit's share of its parent's work, in whatever measure all of them have; 0 of a plain job.</summary>
    public double Weight { get; init; }

    /// <summary>What the units of the job are to make, as JSON; null: it has none.</summary>
    public string? Plan { get; init; }

    /// <summary>The HTTP request that caused the job.</summary>
    public string? RequestId { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public Video? Video { get; init; }

    /// <summary>Its units do its work; no worker has it, and none will.</summary>
    public bool IsParked =>
        ParentId is null && Status == JobStatus.Running && LeaseOwner is null && RunAfter == DateTimeOffset.MaxValue;

    /// <summary>The id of its newest message in BullMQ; BullMQ wants no ":" in it.</summary>
    public string? QueueJobId => DispatchCount == 0 ? null : QueueMessageId(Id, DispatchCount);

    public static string QueueMessageId(Guid jobId, int dispatchCount) => $"{jobId}-{dispatchCount}";
}
