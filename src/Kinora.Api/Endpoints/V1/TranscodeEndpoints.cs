using Kinora.Api.Http;
using Kinora.Api.Http.Idempotency;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Transcoding;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kinora.Api.Endpoints.V1;

/// <summary>Asking for a video's HLS.</summary>
internal static class TranscodeEndpoints
{
    public static void MapTranscodes(this IEndpointRouteBuilder v1)
    {
        var video = v1.MapGroup("/videos/{videoId}").WithTags("Transcoding");
        video.MapPost("/transcodes", SubmitAsync).WithSummary("Encode a video to adaptive HLS")
            .WithDescription("The same request gives the same job while it lives, and after it succeeded too unless `force`. "
                + "TOO_MANY_REQUESTS: a new job would pass the user's limit of jobs under way.")
            .TakesIdempotencyKey()
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict, ErrorCode.TooManyRequests);
        video.MapPost("/plan", PlanAsync).WithSummary("What a transcode would do, without doing it")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.Conflict);
    }

    private static async Task<Accepted<TranscodeResponse>> SubmitAsync(
        ResourceId videoId,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] TranscodeRequest? request,
        HttpContext context,
        CurrentUser user,
        TranscodeService transcodes,
        IdempotentRequests idempotency,
        CancellationToken cancellation)
    {
        var (renditions, force) = (request?.Renditions, request?.Force ?? false);
        await using var idempotent = await idempotency.BeginAsync(context, user.Id, cancellation);
        var jobId = idempotent.Find($"{videoId}", $"{force}", renditions is null ? null : string.Join(',', renditions)) is [var made]
            ? made
            : await transcodes.SubmitAsync(user.Id, videoId, renditions, force, context.TraceIdentifier, idempotent, cancellation);
        return TypedResults.Accepted($"/v1/jobs/{jobId}", new TranscodeResponse(jobId));
    }

    private static async Task<Ok<PlanResponse>> PlanAsync(
        ResourceId videoId,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] TranscodeRequest? request,
        CurrentUser user,
        TranscodeService transcodes,
        CancellationToken cancellation) =>
        TypedResults.Ok(PlanResponse.Of(await transcodes.PlanAsync(user.Id, videoId, request?.Renditions, cancellation)));
}
