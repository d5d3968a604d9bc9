using Kinora.Api.Http;
using Kinora.Api.Http.Idempotency;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kinora.Api.Endpoints.V1;

/// <summary>The work on a video.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/videos/{videoId}/jobs", ListAsync).WithTags("Jobs").WithSummary("List a video's jobs, the newest first")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        var jobs = v1.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapGet("/{jobId}", GetAsync).WithSummary("Read a job").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        jobs.MapPost("/{jobId}/cancel", CancelAsync).WithSummary("Cancel a job")
            .WithDescription("It is CANCELED at once; what ran for it ends within seconds. Again: the same answer. CONFLICT when it has SUCCEEDED or FAILED.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
        jobs.MapPost("/{jobId}/retry", RetryAsync).WithSummary("Make a new job for one that FAILED or was CANCELED")
            .WithDescription("CONFLICT when it lives or SUCCEEDED, while another job of its type lives on the video (both with the id of the live one in `details.jobId`), when an analysis is not needed or one is missing, and when its renditions are not offered any more.")
            .TakesIdempotencyKey()
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.TooManyRequests);
    }

    private static async Task<Ok<JobListResponse>> ListAsync(
        ResourceId videoId, CurrentUser user, JobService jobs, CancellationToken cancellation)
    {
        var items = await jobs.ListAsync(user.Id, videoId, cancellation);
        return TypedResults.Ok(new JobListResponse([.. items.Select(JobResponse.Of)]));
    }

    private static async Task<Ok<JobResponse>> GetAsync(
        ResourceId jobId, CurrentUser user, JobService jobs, CancellationToken cancellation) =>
        TypedResults.Ok(JobResponse.Of(await jobs.GetAsync(user.Id, jobId, cancellation)));

    private static async Task<Ok<JobResponse>> CancelAsync(
        ResourceId jobId, CurrentUser user, JobService jobs, CancellationToken cancellation) =>
        TypedResults.Ok(JobResponse.Of(await jobs.CancelAsync(user.Id, jobId, cancellation)));

    private static async Task<Accepted<RetryResponse>> RetryAsync(
        ResourceId jobId, HttpContext context, CurrentUser user, JobService jobs, IdempotentRequests idempotency, CancellationToken cancellation)
    {
        await using var request = await idempotency.BeginAsync(context, user.Id, cancellation);
        var retry = request.Find($"{jobId}") is [var made]
            ? made
            : await jobs.RetryAsync(user.Id, jobId, context.TraceIdentifier, request, cancellation);
        return TypedResults.Accepted($"/v1/jobs/{retry}", new RetryResponse(retry));
    }
}
