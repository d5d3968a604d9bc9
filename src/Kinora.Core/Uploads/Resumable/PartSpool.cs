using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;

namespace Kinora.Core.Uploads.Resumable;

/// <summary>A part while its bytes come: a file on the API's disk, so that a thousand slow clients take no memory, and its hash.</summary>
internal sealed class PartSpool(OpenFile file, int capacity) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public string Path => file.Path;

    public int Length { get; private set; }

    public bool IsFull => Length == capacity;

    /// <returns>How many of the bytes found room.</returns>
    public async Task<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var taken = bytes[..Math.Min(bytes.Length, capacity - Length)];
        await UploadSpool.WriteAsync(file.Stream, taken, cancellation);
        _hash.AppendData(taken.Span);
        Length += taken.Length;
        return taken.Length;
    }

    /// <summary>Takes over what an earlier request has left of this part.</summary>
    /// <exception cref="StorageException">The store has other bytes than were put.</exception>
    public async Task ReadTailAsync(IObjectStore objects, string key, byte[] sha256, CancellationToken cancellation)
    {
        await using var content = await objects.OpenReadAsync(key, 0, null, cancellation)
            ?? throw new StorageException("The tail of an upload is missing.") { IsMissing = true };
        var buffer = new byte[UploadSpool.BufferSize];
        while (await content.Stream.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            if (await WriteAsync(buffer.AsMemory(0, count), cancellation) < count)
            {
                break;
            }
        }

        if (!Sha256().AsSpan().SequenceEqual(sha256))
        {
            throw new StorageException("The tail of an upload has other bytes than were put.") { IsDamaged = true };
        }
    }

    /// <summary>Of all that was written so far.</summary>
    public byte[] Sha256() => _hash.GetCurrentHash();

    /// <summary>The first bytes, at most so many.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadHeadAsync(int count, CancellationToken cancellation)
    {
        await using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.Asynchronous);
        var head = new byte[count];
        return head.AsMemory(0, await stream.ReadAtLeastAsync(head, count, throwOnEndOfStream: false, cancellation));
    }

    public void Dispose()
    {
        _hash.Dispose();
        file.Dispose();
    }
}
