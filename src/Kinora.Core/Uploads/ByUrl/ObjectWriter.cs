using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;

namespace Kinora.Core.Uploads.ByUrl;

/// <summary>
/// An object of unknown length on its way to the store, part by part: one is put while the next one comes. On disk there are two parts at
/// most. What was begun and not completed is taken back at the end.
/// </summary>
/// <param name="folder">Empty, and the attempt's own.</param>
/// <param name="partBytes">So large that all fit into S3's 10,000 parts.</param>
internal sealed class ObjectWriter(
    IObjectStore objects, IObjectParts parts, string key, string contentType, string folder, int partBytes, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _tags = [];
    private FileStream? _part;
    private Task _putting = Task.CompletedTask;
    private string? _putId;
    private int _begun;
    private bool _isComplete;

    public long Length { get; private set; }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        _hash.AppendData(bytes.Span);
        while (bytes.Length > 0)
        {
            // Not before there is a byte for it: the last part is never empty.
            if (_part?.Length == partBytes)
            {
                await BeginPutAsync(cancellation);
            }

            var part = _part ??= OpenPart();
            var taken = bytes[..(int)Math.Min(bytes.Length, partBytes - part.Length)];
            await part.WriteAsync(taken, cancellation);
            bytes = bytes[taken.Length..];
            Length += taken.Length;
        }
    }

    /// <returns>SHA-256 of all bytes, which are durable now.</returns>
    public async Task<byte[]> CompleteAsync(CancellationToken cancellation)
    {
        if (_putId is null && _part is { } only)
        {
            await only.DisposeAsync();
            await objects.PutFileAsync(key, only.Name, contentType, cancellation);
        }
        else
        {
            await BeginPutAsync(cancellation);
            await _putting;
            await parts.CompleteAsync(key, _putId!, _tags, Length, cancellation);
        }

        _isComplete = true;
        return _hash.GetHashAndReset();
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await (_part?.DisposeAsync() ?? ValueTask.CompletedTask);
        try
        {
            await _putting;
        }
        catch (Exception)
        {
            // Told by WriteAsync or CompleteAsync, or of no interest after what they have told.
        }

        if (_putId is { } id && !_isComplete)
        {
            await AbortAsync(id);
        }
    }

    private FileStream OpenPart() =>
        new(Path.Combine(folder, $"part-{++_begun}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);

    private async Task BeginPutAsync(CancellationToken cancellation)
    {
        await _putting;
        await _part!.DisposeAsync();
        _putId ??= await parts.BeginAsync(key, contentType, cancellation);
        _putting = PutAsync(_part.Name, _begun, _putId, cancellation);
        _part = null;
    }

    private async Task PutAsync(string path, int number, string id, CancellationToken cancellation)
    {
        _tags.Add(await parts.PutPartAsync(key, id, new ObjectPart(number, (long)(number - 1) * partBytes, Writer: 1), path, cancellation));
        File.Delete(path);
    }

    /// <summary>A token of its own: the attempt may have ended because its own was cancelled.</summary>
    private async Task AbortAsync(string id)
    {
        using var timeout = new CancellationTokenSource(AbortTimeout);
        try
        {
            await objects.AbortAsync(new UnfinishedPut(key, id, time.GetUtcNow()), timeout.Token);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            // The collector does it.
        }
    }
}
