using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Uploads.Resumable;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Endpoints.V1;

/// <summary>The headers of tus 1.0.0.</summary>
internal static class Tus
{
    public const string ContentType = "application/offset+octet-stream";
    public const string UploadLength = "Upload-Length";
    public const string UploadMetadata = "Upload-Metadata";
    private const string Version = "1.0.0";
    private const string VersionHeader = "Tus-Resumable";
    private const string VersionsHeader = "Tus-Version";
    private const string UploadOffset = "Upload-Offset";
    private const string UploadChecksumHeader = "Upload-Checksum";

    /// <summary>Whose requests must say their version; OPTIONS asks for it.</summary>
    private static readonly string[] Methods = [HttpMethods.Post, HttpMethods.Head, HttpMethods.Patch, HttpMethods.Delete];

    /// <summary>A request of another version is not looked at (412); every answer says which one this is.</summary>
    public static Task CheckVersionAsync(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        var isKnown = !Methods.Contains(request.Method) || request.Headers[VersionHeader] == Version;
        response.OnStarting(() =>
        {
            response.Headers[VersionHeader] = Version;
            if (!isKnown)
            {
                response.Headers[VersionsHeader] = Version;
            }

            return Task.CompletedTask;
        });
        return isKnown ? next(context) : throw Refusal.PreconditionFailed($"{VersionHeader} must be {Version}.");
    }

    /// <param name="maxBytes">Of an upload.</param>
    public static void Describe(HttpResponse response, long maxBytes)
    {
        response.Headers[VersionsHeader] = Version;
        response.Headers["Tus-Extension"] = "creation,creation-with-upload,expiration,checksum,termination";
        response.Headers["Tus-Max-Size"] = maxBytes.ToString(CultureInfo.InvariantCulture);
        response.Headers["Tus-Checksum-Algorithm"] = string.Join(',', UploadChecksum.Names);
    }

    /// <summary>Where the upload is, and what has become of it.</summary>
    public static void Write(HttpResponse response, Upload upload)
    {
        response.Headers[UploadOffset] = upload.OffsetBytes.ToString(CultureInfo.InvariantCulture);
        if (upload.Status == UploadStatus.Finished)
        {
            response.Headers["Kinora-Video-Id"] = upload.Id.ToString();
            response.Headers["Kinora-Analyze-Job-Id"] = upload.AnalyzeJobId.ToString();
        }
        else
        {
            response.Headers["Upload-Expires"] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    public static long LengthOf(HttpRequest request) => request.Headers.ContainsKey("Upload-Defer-Length")
        ? throw Refusal.Validation("Upload-Defer-Length", "The length is to be known at the beginning.")
        : NumberOf(request, UploadLength);

    public static long OffsetOf(HttpRequest request) => NumberOf(request, UploadOffset);

    /// <summary>Null: the client sends none.</summary>
    public static UploadChecksum? ChecksumOf(HttpRequest request)
    {
        var text = request.Headers[UploadChecksumHeader];
        return text.Count == 0
            ? null
            : UploadChecksum.Parse(text.ToString())
                ?? throw Refusal.Validation(UploadChecksumHeader, $"One of {string.Join(", ", UploadChecksum.Names)}, a space, and the hash in base64.");
    }

    /// <summary>Whether the request that begins an upload brings bytes (creation-with-upload).</summary>
    public static bool HasBody(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
        {
            return false;
        }

        CheckType(request);
        return true;
    }

    public static void CheckType(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal.UnsupportedMediaType($"Bytes of an upload are {ContentType}.");
        }
    }

    private static long NumberOf(HttpRequest request, string header) =>
        request.Headers[header] is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refusal.Validation(header, "A number of bytes is needed.");
}
