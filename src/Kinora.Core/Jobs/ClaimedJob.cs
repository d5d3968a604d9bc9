namespace Kinora.Core.Jobs;

/// <summary>A job in this worker's hands: it may write to the job only with this fence.</summary>
/// <param name="Attempt">The number that is charged; what was deferred or given back before does not count.</param>
/// <param name="IsFirst">Nobody has had the job before.</param>
/// <param name="ParentId">The job that it is a unit of; null: it is none.</param>
public sealed record ClaimedJob(
    Guid Id, Guid VideoId, Guid OwnerId, JobType Type, long Fence, int Attempt, int MaxAttempts, string Params, string? RequestId,
    bool IsFirst, Guid? ParentId)
{
    public bool IsLastAttempt => Attempt >= MaxAttempts;
}

/// <summary>A job that is to be handed to the queue.</summary>
public sealed record DispatchedJob(Guid Id, JobType Type, int DispatchCount, string? RequestId);

/// <summary>How far an attempt has come; sent with its beat.</summary>
public readonly record struct Beat(Guid JobId, long Fence, int Progress, long? OutTimeMs, Guid? ParentId);
