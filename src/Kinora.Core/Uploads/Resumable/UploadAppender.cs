using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Videos;

namespace Kinora.Core.Uploads.Resumable;

/// <summary>
/// The bytes of one request on their way: to parts of the object as they fill, and what is left to the tail. A part is put while the next
/// one is received. Without a checksum each part counts as soon as it is stored; with one, nothing counts until all bytes are known to be right.
/// </summary>
internal sealed class UploadAppender(
    Upload upload,
    UploadSpool spool,
    UploadRows rows,
    IObjectStore objects,
    IObjectParts objectParts,
    MediaOptions media,
    UploadChecksum? checksum,
    CancellationToken storing)
    : IAsyncDisposable
{
    private const string NoMedia = "application/octet-stream";

    private readonly List<UploadPart> _unstored = [];
    private PartSpool? _part;
    private Task _putting = Task.CompletedTask;
    private long _received = upload.OffsetBytes;
    private string? _putId = upload.PutId;
    private string? _notedPutId = upload.PutId;
    private string? _contentType = upload.ContentType;

    /// <exception cref="ApiException">
    /// PAYLOAD_TOO_LARGE: beyond the upload's length. UNSUPPORTED_MEDIA_TYPE: it is no media. CONFLICT: a later request writes. UNAVAILABLE:
    /// the disk is nearly full.
    /// </exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > upload.LengthBytes - _received)
        {
            throw Refusal.PayloadTooLarge($"The upload has {upload.LengthBytes} bytes, and more were sent.");
        }

        checksum?.Append(bytes.Span);
        while (bytes.Length > 0)
        {
            var part = _part ??= await OpenPartAsync();
            var taken = await part.WriteAsync(bytes, storing);
            bytes = bytes[taken..];
            _received += taken;
            await SniffAsync(part);
            if (part.IsFull && _received < upload.LengthBytes)
            {
                await BeginPutAsync(part);
            }
        }
    }

    /// <summary>Makes durable what has come, once the request has ended or its client is gone.</summary>
    /// <returns>The upload as it is now.</returns>
    /// <exception cref="ApiException">CHECKSUM_MISMATCH: nothing of the request counts. CONFLICT: a later request writes.</exception>
    public async Task<Upload> StoreAsync()
    {
        await _putting;
        if (checksum?.Matches() == false)
        {
            throw Refusal.ChecksumMismatch();
        }

        if (_contentType == NoMedia)
        {
            throw RefuseMedia();
        }

        if (_received == upload.OffsetBytes)
        {
            return upload;
        }

        string? tailKey = null;
        byte[]? tailSha256 = null;
        if (_part is { Length: > 0 } part)
        {
            if (_received == upload.LengthBytes)
            {
                await PutAsync(part, NumberOf(part));
            }
            else
            {
                (tailKey, tailSha256) = (ObjectKey.Tail(upload.Id, upload.Fence), part.Sha256());
                await objects.PutFileAsync(tailKey, part.Path, "application/octet-stream", storing);
            }
        }

        var now = await NoteAsync(_received, tailKey, tailSha256);
        await DeleteTailAsync();
        return now;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _putting;
        }
        catch (Exception)
        {
            // Told by WriteAsync or StoreAsync, or of no interest after what they have told.
        }

        _part?.Dispose();
        if (_putId is { } begun && begun != _notedPutId)
        {
            await AbortAsync(begun);
        }
    }

    /// <summary>The part that the next byte belongs to, with what an earlier request has left of it.</summary>
    private async Task<PartSpool> OpenPartAsync()
    {
        var part = new PartSpool(spool.Create(), upload.PartBytes);
        try
        {
            if (_received == upload.OffsetBytes && upload.TailKey is { } tail)
            {
                await part.ReadTailAsync(objects, tail, upload.TailSha256!, storing);
            }

            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    /// <summary>
    /// As soon as the first bytes are there: what is no media is refused before the rest is sent. With a checksum after all of them, since
    /// they may have been damaged on their way.
    /// </summary>
    private async Task SniffAsync(PartSpool part)
    {
        if (_contentType is null && (part.Length >= MediaSniffer.HeadLength || _received == upload.LengthBytes))
        {
            var head = await part.ReadHeadAsync(MediaSniffer.HeadLength, storing);
            _contentType = MediaSniffer.Detect(head.Span, media.AllowAudioOnly) ?? NoMedia;
            if (_contentType == NoMedia && checksum is null)
            {
                throw RefuseMedia();
            }
        }
    }

    /// <summary>Puts the part while the next one is received, in turn.</summary>
    private async Task BeginPutAsync(PartSpool part)
    {
        await _putting;
        _putting = PutAndNoteAsync(part, NumberOf(part), _received);
        _part = null;
    }

    private async Task PutAndNoteAsync(PartSpool part, int number, long received)
    {
        using (part)
        {
            await PutAsync(part, number);
        }

        if (checksum is null)
        {
            await NoteAsync(received, null, null);
            await Failpoint.HitAsync(FailpointName.UploadAfterPart, storing);
        }
    }

    private async Task PutAsync(PartSpool part, int number)
    {
        var key = ObjectKey.Source(upload.Id);
        if (_putId is null && part.Length == upload.LengthBytes)
        {
            // All of it is one part.
            await objects.PutFileAsync(key, part.Path, _contentType!, storing);
            _unstored.Add(PartOf(part, number, ""));
            return;
        }

        _putId ??= await objectParts.BeginAsync(key, _contentType!, storing);
        var place = new ObjectPart(number, (long)(number - 1) * upload.PartBytes, upload.Fence);
        _unstored.Add(PartOf(part, number, await objectParts.PutPartAsync(key, _putId, place, part.Path, storing)));
    }

    private static ApiException RefuseMedia() => Refusal.UnsupportedMediaType("The file is no video in a format that is accepted.");

    private UploadPart PartOf(PartSpool part, int number, string tag) =>
        new() { UploadId = upload.Id, Number = number, Tag = tag, Sha256 = part.Sha256() };

    private int NumberOf(PartSpool part) => (int)((_received - part.Length) / upload.PartBytes) + 1;

    /// <summary>What an earlier request has left is a part of what is stored now. Else it goes with the upload's end.</summary>
    private async Task DeleteTailAsync()
    {
        try
        {
            if (upload.TailKey is { } tail)
            {
                await objects.DeleteAsync([tail], storing);
            }
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            // The collector does it.
        }
    }

    /// <summary>What no row knows of nobody goes on with: another request begins anew.</summary>
    private async Task AbortAsync(string id)
    {
        try
        {
            await objects.AbortAsync(new UnfinishedPut(ObjectKey.Source(upload.Id), id, upload.CreatedAt), storing);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            // The collector does it.
        }
    }

    private async Task<Upload> NoteAsync(long offset, string? tailKey, byte[]? tailSha256)
    {
        var now = upload with
        {
            OffsetBytes = offset,
            PutId = _putId,
            ContentType = _contentType,
            TailKey = tailKey,
            TailSha256 = tailSha256,
            Status = offset == upload.LengthBytes ? UploadStatus.Complete : UploadStatus.Active,
        };

        // Before it is known: the answer of the COMMIT may be what is lost, and then the row has it.
        (var before, _notedPutId) = (_notedPutId, _putId);
        if (!await rows.StoreAsync(now, _unstored, storing))
        {
            _notedPutId = before;
            throw Refusal.Conflict("Another request has gone on with this upload, or ended it.");
        }

        _unstored.Clear();
        return now;
    }
}
