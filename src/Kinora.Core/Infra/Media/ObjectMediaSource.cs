using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;

namespace Kinora.Core.Infra.Media;

/// <summary>
/// A source in the object store, read by ranges: aligned blocks, of which the last few stay. An MP4 of any size then needs 1 to 4
/// requests for its media info (measured: 0.6 to 1.2 MB are read, and two jumps where its index stands at the end). A fragmented one
/// needs a request for each fragment, so after some jumps they bring less. For one reader at a time. A packet scan reads everything:
/// fetch the object into a file for that.
/// </summary>
public sealed class ObjectMediaSource(IObjectStore store, string key, long length) : IMediaSource
{
    private const int BlockBytes = 1 << 20;
    private const int JumpBytes = 64 << 10;
    private const int GenerousJumps = 6;
    private const int CachedBlocks = 4;

    // The block used last comes last.
    private readonly List<Block> _blocks = new(CachedBlocks + 1);
    private int _jumps;

    public long Length { get; } = length;

    /// <exception cref="StorageException">The store failed, or the object is gone or of another length.</exception>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        if (offset >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        var block = await GetAsync(offset, cancellation);
        var rest = block.Bytes.AsMemory((int)(offset - block.Offset));
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return count;
    }

    private async ValueTask<Block> GetAsync(long offset, CancellationToken cancellation)
    {
        var at = _blocks.FindIndex(b => offset >= b.Offset && offset < b.End);
        Block block;
        if (at >= 0)
        {
            block = _blocks[at];
            _blocks.RemoveAt(at);
        }
        else
        {
            block = await FetchAsync(offset, cancellation);
            if (_blocks.Count == CachedBlocks)
            {
                _blocks.RemoveAt(0);
            }
        }

        _blocks.Add(block);
        return block;
    }

    private async Task<Block> FetchAsync(long offset, CancellationToken cancellation)
    {
        var isJump = !_blocks.Exists(b => b.End == offset);
        _jumps += isJump ? 1 : 0;
        var size = isJump && _jumps > GenerousJumps ? JumpBytes : BlockBytes;
        var start = isJump ? offset - (offset % size) : offset;
        var bytes = new byte[Math.Min(size, Length - start)];
        await using var content = await store.OpenReadAsync(key, start, bytes.Length, cancellation)
            ?? throw new StorageException("The source is not in the store.") { IsMissing = true };
        if (content.TotalLength != Length)
        {
            throw new StorageException("The source has another length than it had.") { IsGarbled = true };
        }

        await content.Stream.ReadExactlyAsync(bytes, cancellation);
        await Failpoint.HitAsync(FailpointName.AnalyzeInRead, cancellation);
        return new Block(start, bytes);
    }

    private sealed record Block(long Offset, byte[] Bytes)
    {
        public long End => Offset + Bytes.Length;
    }
}
