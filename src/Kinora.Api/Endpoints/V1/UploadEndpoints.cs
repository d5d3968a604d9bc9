using System.Globalization;
using Kinora.Api.Http;
using Kinora.Api.Http.Errors;
using Kinora.Api.Http.Idempotency;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Uploads;
using Kinora.Core.Uploads.Resumable;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kinora.Api.Endpoints.V1;

/// <summary>
/// Resumable uploads after tus 1.0.0 (https://tus.io/protocols/resumable-upload): core, creation, creation-with-upload, expiration,
/// checksum, termination.
/// </summary>
internal static class UploadEndpoints
{
    private const string Path = "/v1/uploads";

    /// <summary>
    /// Before the routing: a method may stand in a header, for clients behind firewalls that know no PATCH (tus 1.0, X-HTTP-Method-Override).
    /// </summary>
    public static void UseTus(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Path),
        uploads => uploads.UseHttpMethodOverride().Use(Tus.CheckVersionAsync));

    public static void MapUploads(this IEndpointRouteBuilder v1)
    {
        var uploads = v1.MapGroup("/uploads").WithTags("Uploads").WithMetadata(new DisableRequestSizeLimitAttribute());
        uploads.MapMethods("/", [HttpMethods.Options], DescribeServer).AllowAnonymous()
            .WithSummary("What this server can do of tus")
            .WithDescription("Tus-Version, Tus-Extension, Tus-Max-Size (bytes) and Tus-Checksum-Algorithm.")
            .Produces(StatusCodes.Status204NoContent);
        uploads.MapMethods("/{uploadId}", [HttpMethods.Options], (ResourceId uploadId, HttpResponse response, ResumableUploads service) =>
            DescribeServer(response, service)).AllowAnonymous().ExcludeFromDescription();
        uploads.MapPost("/", CreateAsync).WithSummary("Begin a resumable upload")
            .WithDescription("tus 1.0.0, creation: `Upload-Length` in bytes, `Upload-Metadata` with `filename`, `title` and `transcode` (\"true\"). "
                + "The body, of the type application/offset+octet-stream, may bring first bytes. `Location` is the upload, `Upload-Expires` when it ends. "
                + "PAYLOAD_TOO_LARGE: larger than a file may be, or than what is left of the user's quota. TOO_MANY_REQUESTS: the user has as many "
                + "uploads or jobs under way as a user may have.")
            .Limits(RatePolicy.Uploads)
            .TakesIdempotencyKey()
            .Produces(StatusCodes.Status201Created)
            .Refuses(
                ErrorCode.Validation,
                ErrorCode.Conflict,
                ErrorCode.PreconditionFailed,
                ErrorCode.PayloadTooLarge,
                ErrorCode.UnsupportedMediaType,
                ErrorCode.TooManyRequests,
                ErrorCode.ChecksumMismatch);
        uploads.MapMethods("/{uploadId}", [HttpMethods.Head], GetAsync).WithSummary("Where an upload is to be gone on with")
            .WithDescription("`Upload-Offset`: as many bytes are stored for certain. Once all are: `Kinora-Video-Id`, `Kinora-Analyze-Job-Id`. "
                + "A request that still sends is ended.")
            .Produces(StatusCodes.Status200OK)
            .Refuses(ErrorCode.Gone, ErrorCode.PreconditionFailed);
        uploads.MapPatch("/{uploadId}", AppendAsync).WithSummary("Send bytes of an upload")
            .WithDescription("From `Upload-Offset` on, of the type application/offset+octet-stream; with `Upload-Checksum` (sha1, sha256, md5), if wanted. "
                + "The request that brings the last byte makes the video: `Kinora-Video-Id`, `Kinora-Analyze-Job-Id`. "
                + "CONFLICT: the upload is at another offset, or another request has gone on with it: ask with HEAD.")
            .Accepts<byte[]>(Tus.ContentType)
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(ErrorCode.Conflict, ErrorCode.Gone, ErrorCode.PreconditionFailed, ErrorCode.ChecksumMismatch);
        uploads.MapDelete("/{uploadId}", TerminateAsync).WithSummary("Take an upload back")
            .WithDescription("With all that was stored of it. A video that is made of it stays.")
            .Refuses(ErrorCode.Gone, ErrorCode.PreconditionFailed);
    }

    private static NoContent DescribeServer(HttpResponse response, ResumableUploads service)
    {
        Tus.Describe(response, service.MaxBytes);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context,
        CurrentUser user,
        ResumableUploads service,
        IdempotentRequests idempotency,
        KinoraMetrics metrics,
        CancellationToken cancellation)
    {
        var request = context.Request;
        var length = Tus.LengthOf(request);
        var metadata = TusMetadata.Parse(request.Headers[Tus.UploadMetadata]);
        using var checksum = Tus.ChecksumOf(request);
        var hasBody = Tus.HasBody(request);
        var upload = await CountRefusalsAsync(metrics, async () =>
        {
            await using var idempotent = await idempotency.BeginAsync(context, user.Id, cancellation);
            if (idempotent.Find($"{length}", metadata.Text) is [var begun])
            {
                // As it is by now, so that its client goes on with it from there.
                return await service.GetAsync(user.Id, begun, cancellation);
            }

            var video = new NewVideo(user.Id, metadata.Title, metadata.Filename, metadata.Transcode, context.TraceIdentifier);
            return hasBody
                ? await service.CreateAsync(video, length, metadata.Text, request.Body, request.ContentLength, checksum, idempotent, cancellation)
                : await service.CreateAsync(video, length, metadata.Text, idempotent, cancellation);
        }, cancellation);
        Tus.Write(context.Response, upload);
        context.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"{Path}/{upload.Id}");
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(
        ResourceId uploadId, HttpContext context, CurrentUser user, ResumableUploads service, CancellationToken cancellation)
    {
        var upload = await service.GetAsync(user.Id, uploadId, cancellation);
        Tus.Write(context.Response, upload);
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers[Tus.UploadLength] = upload.LengthBytes.ToString(CultureInfo.InvariantCulture);
        if (upload.Metadata is not null)
        {
            headers[Tus.UploadMetadata] = upload.Metadata;
        }

        return TypedResults.StatusCode(StatusCodes.Status200OK);
    }

    private static async Task<NoContent> AppendAsync(
        ResourceId uploadId, HttpContext context, CurrentUser user, ResumableUploads service, KinoraMetrics metrics, CancellationToken cancellation)
    {
        var request = context.Request;
        Tus.CheckType(request);
        var offset = Tus.OffsetOf(request);
        using var checksum = Tus.ChecksumOf(request);
        var upload = await CountRefusalsAsync(
            metrics,
            () => service.AppendAsync(user.Id, uploadId, offset, request.Body, request.ContentLength, checksum, cancellation),
            cancellation);
        Tus.Write(context.Response, upload);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> TerminateAsync(
        ResourceId uploadId, CurrentUser user, ResumableUploads service, CancellationToken cancellation)
    {
        await service.TerminateAsync(user.Id, uploadId, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<T> CountRefusalsAsync<T>(KinoraMetrics metrics, Func<Task<T>> action, CancellationToken cancellation)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            metrics.UploadRefused(ResumableUploads.Way, ExceptionErrors.Of(e).Code);
            throw;
        }
    }
}
