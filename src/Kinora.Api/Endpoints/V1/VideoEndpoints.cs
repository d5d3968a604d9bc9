using Kinora.Api.Http;
using Kinora.Api.Http.Errors;
using Kinora.Api.Http.Idempotency;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Uploads;
using Kinora.Core.Uploads.ByUrl;
using Kinora.Core.Videos;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kinora.Api.Endpoints.V1;

/// <summary>The videos of the user.</summary>
internal static class VideoEndpoints
{
    private const int DefaultLimit = 20;
    private const string UploadWay = "multipart";

    public static void MapVideos(this IEndpointRouteBuilder v1)
    {
        var videos = v1.MapGroup("/videos").WithTags("Videos");
        videos.MapPost("/", UploadAsync).WithSummary("Upload a video")
            .WithDescription("The file is judged by its bytes, whatever its name and declared type. ANALYZE is queued at once. "
                + "PAYLOAD_TOO_LARGE: larger than a file may be, or than what is left of the user's quota. "
                + "TOO_MANY_REQUESTS: the user has as many jobs under way as a user may have. "
                + "With a JSON body a worker fetches the file from `url`, an address of the public Internet by http or https; the video is "
                + "FETCHING meanwhile. FORBIDDEN: this service fetches nothing.")
            .Accepts<UploadForm>("multipart/form-data")
            .AlsoTakes<FetchRequest, FetchResponse>(StatusCodes.Status202Accepted)
            .Limits(RatePolicy.Uploads)
            .TakesIdempotencyKey()
            .Refuses(ErrorCode.PayloadTooLarge, ErrorCode.UnsupportedMediaType, ErrorCode.TooManyRequests, ErrorCode.Forbidden);

        // Behind the form: what names no type is its to refuse.
        videos.MapPost("/", FetchAsync).Limits(RatePolicy.Uploads).ExcludeFromDescription().WithOrder(1);
        videos.MapGet("/", ListAsync).WithSummary("List videos, the newest first").TakesQuery("limit", "cursor", "status", "q");
        videos.MapGet("/{videoId}", GetAsync).WithSummary("Read a video").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        videos.MapPatch("/{videoId}", RenameAsync).WithSummary("Rename a video").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        videos.MapDelete("/{videoId}", DeleteAsync).WithSummary("Delete a video")
            .WithDescription("Gone from the API at once; its live jobs are CANCELED; its objects are removed soon after.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        videos.MapGet("/{videoId}/explain", ExplainAsync).WithSummary("Why a video is not ready, and what happens next")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
    }

    private static async Task<Created<UploadResponse>> UploadAsync(
        HttpContext context,
        CurrentUser user,
        UploadSpool spool,
        UploadService uploads,
        IdempotentRequests idempotency,
        KinoraMetrics metrics,
        CancellationToken cancellation)
    {
        try
        {
            await using var request = await idempotency.BeginAsync(context, user.Id, cancellation);
            var allowance = request.IsRepeated ? uploads.AllowRepeated() : await uploads.AllowAsync(user.Id, cancellation);
            using var form = await VideoForm.ReadAsync(context.Request, spool, allowance, cancellation);
            var upload = new NewVideo(user.Id, form.Title, form.Filename, form.Transcode, context.TraceIdentifier);
            var hash = Convert.ToHexString(form.File.Sha256);
            if (request.Find(hash, form.Filename, form.Title, $"{form.Transcode}") is [var videoId, var jobId])
            {
                return Answer(new UploadedVideo(videoId, jobId));
            }

            var uploaded = await uploads.StoreAsync(upload, form.File, request, cancellation);
            metrics.UploadFinished(UploadWay, form.File.SizeBytes);
            return Answer(uploaded);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            metrics.UploadRefused(UploadWay, ExceptionErrors.Of(e).Code);
            throw;
        }
    }

    private static Created<UploadResponse> Answer(UploadedVideo uploaded) =>
        TypedResults.Created($"/v1/videos/{uploaded.VideoId}", new UploadResponse(uploaded.VideoId, uploaded.AnalyzeJobId));

    /// <summary>The same route with another type of body; the document knows it as a part of the first.</summary>
    private static async Task<Accepted<FetchResponse>> FetchAsync(
        FetchRequest request,
        HttpContext context,
        CurrentUser user,
        UrlUploads uploads,
        IdempotentRequests idempotency,
        KinoraMetrics metrics,
        CancellationToken cancellation)
    {
        try
        {
            await using var once = await idempotency.BeginAsync(context, user.Id, cancellation);
            var upload = new NewUrl(user.Id, request.Url, request.Title, request.Transcode ?? false, context.TraceIdentifier);
            return once.Find(upload.Url, upload.Title, $"{upload.Transcode}") is [var videoId, var jobId]
                ? Answer(new FetchingVideo(videoId, jobId))
                : Answer(await uploads.SubmitAsync(upload, once, cancellation));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            metrics.UploadRefused(UrlUploads.Way, ExceptionErrors.Of(e).Code);
            throw;
        }
    }

    private static Accepted<FetchResponse> Answer(FetchingVideo video) =>
        TypedResults.Accepted($"/v1/videos/{video.VideoId}", new FetchResponse(video.VideoId, video.FetchJobId));

    private static async Task<Ok<VideoListResponse>> ListAsync(
        [AsParameters] VideoListQuery query, CurrentUser user, VideoService videos, CancellationToken cancellation)
    {
        VideoStatus? status = query.Status is null ? null : Enum.Parse<VideoStatus>(query.Status, ignoreCase: true);
        var page = await videos.ListAsync(user.Id, query.Limit ?? DefaultLimit, query.Cursor, status, query.Q, cancellation);
        return TypedResults.Ok(new VideoListResponse([.. page.Items.Select(VideoResponse.Of)], page.NextCursor));
    }

    private static async Task<Ok<VideoResponse>> GetAsync(
        ResourceId videoId, CurrentUser user, VideoService videos, CancellationToken cancellation) =>
        TypedResults.Ok(VideoResponse.Of(await videos.GetAsync(user.Id, videoId, cancellation)));

    private static async Task<Ok<VideoResponse>> RenameAsync(
        ResourceId videoId, RenameRequest request, CurrentUser user, VideoService videos, CancellationToken cancellation) =>
        TypedResults.Ok(VideoResponse.Of(await videos.RenameAsync(user.Id, videoId, request.Title, cancellation)));

    private static async Task<NoContent> DeleteAsync(
        ResourceId videoId, CurrentUser user, VideoService videos, CancellationToken cancellation)
    {
        await videos.DeleteAsync(user.Id, videoId, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ExplanationResponse>> ExplainAsync(
        ResourceId videoId, CurrentUser user, ExplainService explain, CancellationToken cancellation) =>
        TypedResults.Ok(ExplanationResponse.Of(await explain.ExplainAsync(user.Id, videoId, cancellation)));
}
