using Microsoft.Win32.SafeHandles;

namespace Kinora.Core.Infra.Media;

/// <summary>A source that lies in a local file.</summary>
public sealed class FileMediaSource : IMediaSource, IDisposable
{
    private readonly SafeFileHandle _file;

    /// <exception cref="IOException">The file is not there or cannot be opened.</exception>
    public FileMediaSource(string path)
    {
        _file = File.OpenHandle(path, options: FileOptions.Asynchronous);
        Length = RandomAccess.GetLength(_file);
    }

    public long Length { get; }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        RandomAccess.ReadAsync(_file, buffer, offset, cancellation);

    public void Dispose() => _file.Dispose();
}
