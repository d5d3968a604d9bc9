using System.Buffers;
using System.Net;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Outbound;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Videos;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Uploads.ByUrl;

/// <summary>
/// From an address into the store. What is no media is known by its first bytes, what is too large as soon as it is promised or crossed:
/// the connection ends there. Neither the server's words on the type nor the file's name count.
/// </summary>
public sealed class SourceDownload(
    OutboundHttp http,
    IObjectStore objects,
    IObjectParts parts,
    IOptions<UploadOptions> options,
    IOptions<MediaOptions> media,
    TimeProvider time)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>S3's limit.</summary>
    private const int MaxParts = 10_000;

    /// <param name="key">That nobody else ever writes.</param>
    /// <param name="folder">For parts on their way.</param>
    /// <param name="onProgress">Called with the share of bytes that have come, 0 to 1, where the server has promised a length.</param>
    /// <exception cref="JobFailedException">The file is not to be had, not now or not at all, or is none that is accepted.</exception>
    public async Task<StoredSource> RunAsync(
        Uri url, string key, UploadAllowance allowance, string folder, Action<double> onProgress, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(options.Value.MaxFetchTime);
        try
        {
            await Failpoint.HitAsync(FailpointName.FetchBeforeRequest, limited.Token);
            using var response = await http.GetAsync(url, limited.Token);
            CheckHead(response, allowance);
            return await StoreAsync(response, key, allowance, folder, onProgress, limited.Token);
        }
        catch (OutboundException e)
        {
            throw new JobFailedException(CodeOf(e.Fault), e.Message, e);
        }
        catch (OperationCanceledException e) when (limited.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new JobFailedException(JobErrorCode.FetchFailed, $"It took longer than {options.Value.MaxFetchTime:c}.", e);
        }
    }

    private static void CheckHead(OutboundResponse response, UploadAllowance allowance)
    {
        if (response.Status != HttpStatusCode.OK)
        {
            var mayPass = response.Status >= HttpStatusCode.InternalServerError
                || response.Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425; // Too Early (RFC 8470)
            throw new JobFailedException(
                mayPass ? JobErrorCode.FetchUnavailable : JobErrorCode.FetchFailed, $"The server answered {(int)response.Status}.");
        }

        if (response.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw new JobFailedException(JobErrorCode.FetchFailed, "The server sends the file encoded, though it was asked for it as it is.");
        }

        if (response.ContentLength > allowance.MaxBytes)
        {
            throw new JobFailedException(JobErrorCode.TooLarge, allowance.TooLarge);
        }
    }

    private async Task<StoredSource> StoreAsync(
        OutboundResponse response, string key, UploadAllowance allowance, string folder, Action<double> onProgress, CancellationToken cancellation)
    {
        var body = await response.OpenAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // So much at least that the head can be told; no more, since a server may be slow.
            var count = await body.FillAsync(buffer.AsMemory(0, MediaSniffer.HeadLength), cancellation);
            var contentType = MediaSniffer.Detect(buffer.AsSpan(0, count), media.Value.AllowAudioOnly)
                ?? throw new JobFailedException(JobErrorCode.NotAVideo, "What the server sends is no video in a format that is accepted.");
            await using var writer = new ObjectWriter(
                objects, parts, key, contentType, folder, PartBytes(response.ContentLength ?? allowance.MaxBytes), time);
            while (count > 0)
            {
                if (writer.Length + count > allowance.MaxBytes)
                {
                    throw new JobFailedException(JobErrorCode.TooLarge, allowance.TooLarge);
                }

                await writer.WriteAsync(buffer.AsMemory(0, count), cancellation);
                await Failpoint.HitAsync(FailpointName.FetchInBody, cancellation);
                if (response.ContentLength is > 0 and var length)
                {
                    onProgress((double)writer.Length / length);
                }

                count = await body.ReadAsync(buffer.AsMemory(0, BufferSize), cancellation);
            }

            var sha256 = await writer.CompleteAsync(cancellation);
            return new StoredSource(writer.Length, contentType, sha256);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int PartBytes(long length) => (int)Math.Max(options.Value.PartBytes, Math.Min((length + MaxParts - 1) / MaxParts, 1 << 30));

    private static JobErrorCode CodeOf(OutboundFault fault) => fault switch
    {
        OutboundFault.Refused => JobErrorCode.FetchRefused,
        OutboundFault.Failed => JobErrorCode.FetchFailed,
        _ => JobErrorCode.FetchUnavailable,
    };
}
