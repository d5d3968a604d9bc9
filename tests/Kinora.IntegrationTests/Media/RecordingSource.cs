using Kinora.Core.Infra.Media;

namespace Kinora.IntegrationTests.Media;

/// <summary>A file whose reads are counted, and can be made to do something else first.</summary>
internal sealed class RecordingSource(string path, Func<CancellationToken, Task>? beforeRead = null) : IMediaSource, IDisposable
{
    private readonly FileMediaSource _file = new(path);

    public int Reads { get; private set; }

    public long BytesRead { get; private set; }

    public long Length => _file.Length;

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        Reads++;
        if (beforeRead is not null)
        {
            await beforeRead(cancellation);
        }

        var count = await _file.ReadAsync(offset, buffer, cancellation);
        BytesRead += count;
        return count;
    }

    public void Dispose() => _file.Dispose();
}
