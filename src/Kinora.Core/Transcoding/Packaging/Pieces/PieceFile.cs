using System.Buffers;
using System.Security.Cryptography;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>Makes the files of pieces out of what ffmpeg wrote, and hashes them. No byte of a track is changed.</summary>
internal static class PieceFile
{
    private const int BlockSize = 1 << 20;

    /// <summary>Copies the init segment and the fragments, which follow each other, into a file of their own.</summary>
    public static async Task CopyAsync(
        string source, long initLength, IReadOnlyList<FragmentRange> fragments, string target, CancellationToken cancellation)
    {
        await using var from = Open(source, FileMode.Open, FileAccess.Read);
        await using var to = Open(target, FileMode.Create, FileAccess.Write);
        await CopyRangeAsync(from, 0, initLength, to, cancellation);
        foreach (var fragment in fragments)
        {
            await CopyRangeAsync(from, fragment.Offset, fragment.Length, to, cancellation);
        }
    }

    /// <summary>Cuts off what a file has from the offset on: the frame after a span.</summary>
    public static void Truncate(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(length);
    }

    /// <returns>SHA-256, lower-case hex, of the first bytes and of the whole file.</returns>
    public static async Task<(string Init, string Whole)> HashAsync(string path, long initLength, CancellationToken cancellation)
    {
        await using var file = Open(path, FileMode.Open, FileAccess.Read);
        var init = new byte[initLength];
        await file.ReadExactlyAsync(init, cancellation);
        file.Position = 0;
        return (Convert.ToHexStringLower(SHA256.HashData(init)), Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation)));
    }

    private static async Task CopyRangeAsync(FileStream from, long offset, long length, FileStream to, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            from.Position = offset;
            for (var left = length; left > 0;)
            {
                var count = (int)Math.Min(left, BlockSize);
                await from.ReadExactlyAsync(block.AsMemory(0, count), cancellation);
                await to.WriteAsync(block.AsMemory(0, count), cancellation);
                left -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static FileStream Open(string path, FileMode mode, FileAccess access) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = access,
        Share = FileShare.ReadWrite,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        BufferSize = 0,
    });
}
