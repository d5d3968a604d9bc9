using System.Buffers;
using System.Security.Cryptography;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Uploads;

/// <summary>The folder where uploads wait until they are in the object store. Disposing a spooled file removes it.</summary>
public sealed class UploadSpool(IOptions<UploadOptions> options) : IHostedService
{
    private const int BufferSize = 256 * 1024;
    private const string Extension = ".upload";
    private readonly UploadOptions _options = options.Value;

    /// <summary>
    /// At the start of the process: what a crash left goes, and a folder that cannot be used is said at once.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_options.TmpDir);
        RemoveStale();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Writes the stream to a file while it counts, hashes and sniffs; memory stays flat. What is no media is refused at its first bytes,
    /// what is too large as soon as it passes what is allowed.
    /// </summary>
    /// <exception cref="ApiException">
    /// VALIDATION_ERROR: it is empty. UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE. UNAVAILABLE: the disk is nearly full.
    /// </exception>
    public async Task<SpooledFile> WriteAsync(Stream content, UploadAllowance allowance, CancellationToken cancellation)
    {
        var file = Create();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            string? contentType = null;
            var size = 0L;
            while (await FillAsync(content, buffer, cancellation) is > 0 and var read)
            {
                contentType ??= MediaSniffer.Detect(buffer.AsSpan(0, Math.Min(read, MediaSniffer.HeadLength)))
                    ?? throw Refusal.UnsupportedMediaType("The file is no video in a format that is accepted.");
                size += read;
                if (size > allowance.MaxBytes)
                {
                    throw Refusal.PayloadTooLarge(allowance.TooLarge);
                }

                hash.AppendData(buffer, 0, read);
                await WriteAsync(file, buffer.AsMemory(0, read), cancellation);
                RefuseWhenNearlyFull();
            }

            return contentType is null
                ? throw Refusal.Validation("file", "The file is empty.")
                : new SpooledFile(file, size, hash.GetHashAndReset(), contentType);
        }
        catch
        {
            File.Delete(file.Name);
            await file.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The shared lock that .NET takes on an open file tells RemoveStale of another process that this one is in use. It is held until the
    /// file has been stored.
    /// </summary>
    private FileStream Create()
    {
        try
        {
            RefuseWhenNearlyFull();
            var path = Path.Combine(_options.TmpDir, Guid.CreateVersion7() + Extension);
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("The spool folder cannot be used.", e);
        }
    }

    /// <summary>Reads until the buffer is full or the stream ends, so that the first block always holds the head to sniff.</summary>
    private static Task<int> FillAsync(Stream content, byte[] buffer, CancellationToken cancellation) =>
        content.ReadAtLeastAsync(buffer.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, cancellation).AsTask();

    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await file.WriteAsync(bytes, cancellation);
        }
        catch (IOException)
        {
            throw Refusal.Unavailable("The server's disk is full.", TimeSpan.FromMinutes(1));
        }
    }

    private void RefuseWhenNearlyFull()
    {
        if (new DriveInfo(_options.TmpDir).AvailableFreeSpace < _options.MinFreeBytes)
        {
            throw Refusal.Unavailable("The server's disk is nearly full.", TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>What a crash left: files that no living process has open.</summary>
    private void RemoveStale()
    {
        foreach (var path in Directory.EnumerateFiles(_options.TmpDir, "*" + Extension))
        {
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                }

                File.Delete(path);
            }
            catch (IOException)
            {
                // Another process writes it or is about to store it, or has just removed it.
            }
        }
    }
}

/// <summary>A local file, removed on disposal.</summary>
public sealed class SpooledFile(FileStream file, long sizeBytes, byte[] sha256, string contentType) : IDisposable
{
    public string Path => file.Name;

    public long SizeBytes { get; } = sizeBytes;

    public byte[] Sha256 { get; } = sha256;

    public string ContentType { get; } = contentType;

    public void Dispose()
    {
        File.Delete(file.Name);
        file.Dispose();
    }
}
