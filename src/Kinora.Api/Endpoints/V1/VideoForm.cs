using System.Text;
using Kinora.Api.Http;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Uploads;
using Kinora.Core.Videos;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Endpoints.V1;

/// <summary>The multipart body of an upload (RFC 7578), read as it comes: the file goes to the spool, nothing of it stays in memory.</summary>
internal sealed class VideoForm(SpooledFile file, string? filename, string? title, bool transcode) : IDisposable
{
    /// <summary>What may stand around the file: boundaries, headers and the two other fields.</summary>
    private const int Overhead = 64 * 1024;
    private const int MaxBoundaryLength = 70; // RFC 2046 §5.1.1
    private const int MaxFieldLength = 4096;
    private const int MaxSections = 3;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public SpooledFile File { get; } = file;

    public string? Filename { get; } = filename;

    public string? Title { get; } = title;

    public bool Transcode { get; } = transcode;

    public static async Task<VideoForm> ReadAsync(
        HttpRequest request, UploadSpool spool, UploadAllowance allowance, CancellationToken cancellation)
    {
        var boundary = Boundary(request);
        LimitBody(request, allowance);
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        SpooledFile? file = null;
        string? filename = null;
        var fields = new Dictionary<string, string>();
        try
        {
            for (var count = 1; await reader.ReadNextSectionAsync(cancellation) is { } section; count++)
            {
                var name = NameOf(section, out var sectionFilename);
                if (count > MaxSections || name is not ("file" or "title" or "transcode"))
                {
                    throw Refusal.Validation(name ?? string.Empty, "The form has file, and optionally title and transcode, each once.");
                }

                if (name == "file" ? file is not null : fields.ContainsKey(name))
                {
                    throw Refusal.Validation(name, "Given twice.");
                }

                if (name == "file")
                {
                    filename = sectionFilename;
                    file = await spool.WriteAsync(section.Body, allowance, cancellation);
                }
                else
                {
                    fields[name] = await ReadFieldAsync(name, section.Body, cancellation);
                }
            }

            return new VideoForm(
                file ?? throw Refusal.Validation("file", "Missing."),
                filename,
                VideoFields.TitleOf(fields.GetValueOrDefault("title")),
                VideoFields.TranscodeOf(fields.GetValueOrDefault("transcode")));
        }
        catch (Exception e)
        {
            file?.Dispose();
            // The reader throws these at a body that is no multipart body, or ends in its midst.
            if (e is InvalidDataException or IOException and not BadHttpRequestException && !cancellation.IsCancellationRequested)
            {
                throw Refusal.Validation(string.Empty, "The body is no complete multipart/form-data.");
            }

            throw;
        }
    }

    public void Dispose() => File.Dispose();

    private static string Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal.UnsupportedMediaType("An upload is multipart/form-data.");
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return boundary is { Length: > 0 and <= MaxBoundaryLength }
            ? boundary
            : throw Refusal.Validation("boundary", "The Content-Type needs a boundary of 1 to 70 characters.");
    }

    /// <summary>What is declared too large is refused before a byte of it is read; what grows too large, as soon as it does.</summary>
    private static void LimitBody(HttpRequest request, UploadAllowance allowance)
    {
        var limit = Math.Min(allowance.MaxBytes, long.MaxValue - Overhead) + Overhead;
        if (request.ContentLength > limit)
        {
            throw Refusal.PayloadTooLarge(allowance.TooLarge);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }
    }

    private static string? NameOf(MultipartSection section, out string? filename)
    {
        filename = null;
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // Only \" is an escape: clients that send whole paths write the backslashes of Windows as they are.
        filename = disposition.FileNameStar.Value
            ?? HeaderUtilities.RemoveQuotes(disposition.FileName).Value?.Replace("\\\"", "\"", StringComparison.Ordinal);
        return HeaderUtilities.RemoveQuotes(disposition.Name).Value;
    }

    private static async Task<string> ReadFieldAsync(string name, Stream body, CancellationToken cancellation)
    {
        var bytes = new byte[MaxFieldLength + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        try
        {
            return length <= MaxFieldLength ? StrictUtf8.GetString(bytes, 0, length) : throw Refusal.Validation(name, "Too long.");
        }
        catch (DecoderFallbackException)
        {
            throw Refusal.Validation(name, "Not UTF-8.");
        }
    }
}

// For the OpenAPI document alone.
/// <param name="File">Any name and type: its bytes decide.</param>
/// <param name="Title">Absent: made from the file's name.</param>
/// <param name="Transcode">HLS is queued as soon as the analysis succeeds.</param>
internal sealed record UploadForm(
    IFormFile File,
    [property: Example("A walk by the sea"), CharacterCount(1, Video.MaxTitleLength)] string? Title = null,
    [property: Example(true)] bool? Transcode = null);
