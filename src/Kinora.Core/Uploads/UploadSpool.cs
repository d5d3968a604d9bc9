using System.Buffers;
using System.Security.Cryptography;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Videos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Uploads;

/// <summary>
/// The folder where uploads wait until they are in the object store. Disposing a spooled file removes it; what a dead process left is
/// removed by any that lives, at its start and while it runs.
/// </summary>
public sealed partial class UploadSpool(
    IOptions<UploadOptions> options, IOptions<MediaOptions> media, IOptions<CollectorOptions> collector, TimeProvider time, ILogger<UploadSpool> logger)
    : BackgroundService
{
    internal const int BufferSize = 256 * 1024;
    private const string Extension = ".upload";

    /// <summary>A file gets its extension when it is locked, so that none is ever seen without: its birth takes milliseconds.</summary>
    private const string BirthExtension = ".new";
    private static readonly TimeSpan LongestBirth = TimeSpan.FromHours(1);

    private readonly UploadOptions _options = options.Value;

    /// <summary>
    /// At the start of the process: what a crash left goes, and a folder that cannot be used is said at once.
    /// </summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_options.TmpDir);
        RemoveStale();
        return base.StartAsync(cancellationToken);
    }

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
                contentType ??= MediaSniffer.Detect(buffer.AsSpan(0, Math.Min(read, MediaSniffer.HeadLength)), media.Value.AllowAudioOnly)
                    ?? throw Refusal.UnsupportedMediaType("The file is no video in a format that is accepted.");
                size += read;
                if (size > allowance.MaxBytes)
                {
                    throw Refusal.PayloadTooLarge(allowance.TooLarge);
                }

                hash.AppendData(buffer, 0, read);
                await WriteAsync(file.Stream, buffer.AsMemory(0, read), cancellation);
                RefuseWhenNearlyFull();
            }

            return contentType is null
                ? throw Refusal.Validation("file", "The file is empty.")
                : new SpooledFile(file, size, hash.GetHashAndReset(), contentType);
        }
        catch
        {
            file.Dispose();
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
    internal OpenFile Create()
    {
        try
        {
            RefuseWhenNearlyFull();
            var path = Path.Combine(_options.TmpDir, Guid.CreateVersion7().ToString());
            var stream = new FileStream(
                path + BirthExtension, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
            try
            {
                File.Move(path + BirthExtension, path + Extension, overwrite: true);
                return new OpenFile(stream, path + Extension);
            }
            catch
            {
                stream.Dispose();
                File.Delete(path + BirthExtension);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("The spool folder cannot be used.", e);
        }
    }

    /// <summary>Reads until the buffer is full or the stream ends, so that the first block always holds the head to sniff.</summary>
    private static Task<int> FillAsync(Stream content, byte[] buffer, CancellationToken cancellation) =>
        content.ReadAtLeastAsync(buffer.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, cancellation).AsTask();

    internal static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
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
        var folder = new DirectoryInfo(_options.TmpDir);
        var born = folder.EnumerateFiles("*" + BirthExtension).Where(f => time.GetUtcNow() - f.LastWriteTimeUtc > LongestBirth);
        foreach (var file in folder.EnumerateFiles("*" + Extension).Concat(born))
        {
            try
            {
                using (new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                }

                file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A process writes it or is about to store it, or has just removed it.
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(collector.Value.Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    RemoveStale();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "TmpDir cannot be looked through")]
    private partial void LogFailed(Exception exception);
}

/// <param name="Stream">Open under the name of its birth.</param>
internal sealed record OpenFile(FileStream Stream, string Path) : IDisposable
{
    public void Dispose()
    {
        File.Delete(Path);
        Stream.Dispose();
    }
}

/// <summary>A local file, removed on disposal.</summary>
public sealed class SpooledFile : IDisposable
{
    private readonly OpenFile _file;

    internal SpooledFile(OpenFile file, long sizeBytes, byte[] sha256, string contentType) =>
        (_file, SizeBytes, Sha256, ContentType) = (file, sizeBytes, sha256, contentType);

    public string Path => _file.Path;

    public long SizeBytes { get; }

    public byte[] Sha256 { get; }

    public string ContentType { get; }

    public void Dispose() => _file.Dispose();
}
