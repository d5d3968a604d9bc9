using Kinora.Api.Http.OpenApi;
using Kinora.Core.Jobs;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Progress">0 to 100; 100 exactly when it SUCCEEDED.</param>
/// <param name="OutTimeMs">How far into the video the work has come.</param>
/// <param name="Attempts">That count so far, with the current one; one that an outage or a shutdown ended is given back.</param>
/// <param name="HeartbeatAt">When its worker last gave word.</param>
/// <param name="QueueJobId">The id of its newest message in BullMQ.</param>
/// <param name="NextAttemptAt">Between two attempts: when the next one may begin.</param>
/// <param name="Error">Of the last attempt that failed; gone once it SUCCEEDED.</param>
public sealed record JobResponse(
    Guid Id,
    Guid VideoId,
    [property: Example("HLS")] JobType Type,
    [property: Example("RUNNING")] JobStatus Status,
    [property: Example(42)] int Progress,
    [property: Example(3120)] long? OutTimeMs,
    [property: Example(1)] int Attempts,
    [property: Example(3)] int MaxAttempts,
    DateTimeOffset? HeartbeatAt,
    [property: Example("0198f2b4-7c1e-7a52-9d0e-3f6b0c2a9d41-1")] string? QueueJobId,
    DateTimeOffset? NextAttemptAt,
    FailureResponse? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    public static JobResponse Of(Job job) => new(
        job.Id,
        job.VideoId,
        job.Type,
        job.Status,
        job.Progress,
        job.OutTimeMs,
        job.Attempts,
        job.MaxAttempts,
        job.HeartbeatAt,
        job.QueueJobId,
        job is { Status: JobStatus.Running, LeaseOwner: null, IsParked: false } ? job.RunAfter : null,
        FailureResponse.Of(job.ErrorCode, job.ErrorMessage),
        job.CreatedAt,
        job.StartedAt,
        job.FinishedAt);
}

public sealed record JobListResponse(IReadOnlyList<JobResponse> Items);

public sealed record RetryResponse(Guid JobId);
