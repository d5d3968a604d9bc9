using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Kinora.Api.Http.Errors;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Packaging;
using Microsoft.Net.Http.Headers;

namespace Kinora.Api.Http;

/// <summary>
/// Answers with an object of the store: conditional (RFC 9110 §13) and by a single range (§14), streamed as it comes, with one read of the
/// store and one buffer whatever the size.
/// </summary>
internal sealed partial class ObjectDelivery(IObjectStore objects, ILogger<ObjectDelivery> logger)
{
    private const int BufferSize = 128 * 1024;

    /// <param name="isSigned">By a URL that anyone may hold, and any cache on the way may keep.</param>
    public async Task SendAsync(HttpContext context, StoredFile file, bool isSigned, CancellationToken cancellation)
    {
        if (await BeginAsync(context, file, isSigned) is { } range && !HttpMethods.IsHead(context.Request.Method))
        {
            await CopyAsync(context.Response, file, range, cancellation);
        }
    }

    /// <summary>Everything but the body.</summary>
    /// <returns>The bytes to send; null: none.</returns>
    private static async Task<ByteRange?> BeginAsync(HttpContext context, StoredFile file, bool isSigned)
    {
        var (request, response) = (context.Request, context.Response);
        var etag = new EntityTagHeaderValue($"\"{file.Sha256}\"");
        SetHeaders(response, file, etag, isSigned);
        if (MatchesNone(request, etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }

        var range = default(ByteRange);
        var outcome = RangeApplies(request, etag) ? ByteRange.Parse(request.Headers.Range, file.SizeBytes, out range) : RangeOutcome.Whole;
        if (outcome == RangeOutcome.Unsatisfiable)
        {
            response.Headers.Remove(HeaderNames.CacheControl);
            response.Headers.Remove(HeaderNames.ETag);
            response.Headers.ContentRange = $"bytes */{file.SizeBytes}";
            await new ErrorResult(ErrorCode.RangeNotSatisfiable).ExecuteAsync(context);
            return null;
        }

        if (outcome == RangeOutcome.Part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{file.SizeBytes}";
        }
        else
        {
            range = new ByteRange(0, file.SizeBytes);
        }

        response.ContentLength = range.Length;
        return range;
    }

    /// <summary>A playlist as it stands now, which has no object yet.</summary>
    public static async Task SendPlaylistAsync(HttpContext context, string text, bool isSigned, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var file = new StoredFile(string.Empty, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), ContentTypes.Playlist);
        if (await BeginAsync(context, file, isSigned) is { } range && !HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory((int)range.Offset, (int)range.Length), cancellation);
        }
    }

    private static void SetHeaders(HttpResponse response, StoredFile file, EntityTagHeaderValue etag, bool isSigned)
    {
        response.ContentType = file.ContentType;
        response.Headers.ETag = etag.ToString();
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = (isSigned ? "public" : "private") + (file.IsFixed ? ", max-age=31536000, immutable" : ", no-cache");
    }

    /// <summary>Weak comparison, as RFC 9110 §13.1.2 has it; "*" matches whatever is there.</summary>
    private static bool MatchesNone(HttpRequest request, EntityTagHeaderValue etag) =>
        request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Compare(etag, useStrongComparison: false));

    /// <summary>
    /// Only a GET has ranges (§14.2). If-Range needs the very same bytes; we give no dates, so that a date never matches (§13.1.5).
    /// </summary>
    private static bool RangeApplies(HttpRequest request, EntityTagHeaderValue etag) =>
        HttpMethods.IsGet(request.Method)
        && (!request.Headers.ContainsKey(HeaderNames.IfRange)
            || request.GetTypedHeaders().IfRange?.EntityTag?.Compare(etag, useStrongComparison: true) == true);

    private async Task CopyAsync(HttpResponse response, StoredFile file, ByteRange range, CancellationToken cancellation)
    {
        await using var content = await objects.OpenReadAsync(file.Key, range.Offset, range.Length, cancellation);
        if (content is null || content.TotalLength != file.SizeBytes)
        {
            LogWrongObject(file.Key, content?.TotalLength, file.SizeBytes);
            throw Refusal.Unavailable("The object cannot be read.");
        }

        using var hash = range.Length == file.SizeBytes ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var left = range.Length;
            for (int read; (read = await content.Stream.ReadAsync(buffer.AsMemory(0, BufferSize), cancellation)) > 0;)
            {
                hash?.AppendData(buffer, 0, read);
                left -= read;
                if (left == 0 && hash is not null)
                {
                    Compare(file, hash);
                }

                await response.Body.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Before the last bytes go out: who got others than the manifest's would take them for the video, and caches keep them for ever. So the
    /// answer is an error, or breaks off where it has begun. What is asked for by ranges has no hash to compare.
    /// </summary>
    private void Compare(StoredFile file, IncrementalHash hash)
    {
        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sha256 != file.Sha256)
        {
            LogOtherBytes(file.Key, sha256, file.Sha256);
            throw Refusal.Unavailable("The object cannot be read.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Object {key} came with the hash {actualHash} where its manifest says {hash}")]
    private partial void LogOtherBytes(string key, string actualHash, string hash);

    [LoggerMessage(Level = LogLevel.Error, Message = "Object {key} has {actualBytes} bytes where its manifest says {sizeBytes}")]
    private partial void LogWrongObject(string key, long? actualBytes, long sizeBytes);
}
