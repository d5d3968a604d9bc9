using Kinora.Api.Http.OpenApi;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Code">
/// READY, NOT_REQUESTED, WAITING_FOR_WORKER, WAITING_FOR_RETRY, WAITING_FOR_STORAGE, WORKER_LOST, RUNNING, FAILED or CANCELED; of a job
/// also SUCCEEDED. A READY video that is being encoded anew is READY.
/// </param>
/// <param name="Message">For people, with what the owner can do; its wording may change.</param>
/// <param name="Since">Since when it stands like this; null: not known.</param>
/// <param name="NextAt">When something happens by itself; null: nothing will, or it happens now.</param>
/// <param name="Jobs">The newest job of each type.</param>
public sealed record ExplanationResponse(
    Guid VideoId,
    [property: Example("ANALYZED")] VideoStatus Status,
    [property: Example("WAITING_FOR_RETRY")] string Code,
    [property: Example("Its encoding: Attempt 2 of 3 follows at 12:03:10 UTC, after TIMEOUT: The encoder stopped making progress.")]
    string Message,
    DateTimeOffset? Since,
    DateTimeOffset? NextAt,
    IReadOnlyList<JobExplanationResponse> Jobs)
{
    public static ExplanationResponse Of(Explanation explanation) => new(
        explanation.Video.Id,
        explanation.Video.Status,
        explanation.Code,
        explanation.Message,
        explanation.Since,
        explanation.NextAt,
        [.. explanation.Jobs.Select(j => new JobExplanationResponse(j.Job.Id, j.Job.Type, j.Job.Status, j.Code, j.Message, j.Since, j.NextAt))]);
}

public sealed record JobExplanationResponse(
    Guid JobId,
    [property: Example("HLS")] JobType Type,
    [property: Example("RUNNING")] JobStatus Status,
    [property: Example("WAITING_FOR_RETRY")] string Code,
    [property: Example("Attempt 2 of 3 follows at 12:03:10 UTC, after TIMEOUT: The encoder stopped making progress.")] string Message,
    DateTimeOffset? Since,
    DateTimeOffset? NextAt);
