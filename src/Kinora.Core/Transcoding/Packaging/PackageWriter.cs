using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>Writes the files of a package into a folder and hashes them on the way: every byte is read once.</summary>
internal sealed class PackageWriter(string folder)
{
    // Above 256 KB a copy gains nothing from larger reads; 1 MB keeps the number of waits low too.
    private const int BlockSize = 1 << 20;

    public async Task<IReadOnlyList<PackagedFile>> WriteTrackAsync(TrackScan track, CancellationToken cancellation)
    {
        var name = track.Input.Name;
        var contentType = ContentTypes.Of(track.Input.Kind);
        await using var source = new FileStream(track.Input.Path, new FileStreamOptions
        {
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        });
        return
        [
            await CopyAsync(source, [(0, track.Init.Length)], PackageLayout.Init(name), contentType, cancellation),
            await CopyAsync(source, Coalesce(track.Fragments), PackageLayout.Span(name, 0), contentType, cancellation),
        ];
    }

    public async Task<PackagedFile> WriteTextAsync(string name, string text, CancellationToken cancellation)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var path = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(path, bytes, cancellation);
        return new PackagedFile(name, path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), ContentTypes.Playlist);
    }

    private async Task<PackagedFile> CopyAsync(
        FileStream source,
        IReadOnlyList<(long Offset, long Length)> ranges,
        string name,
        string contentType,
        CancellationToken cancellation)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var target = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            foreach (var (offset, length) in ranges)
            {
                source.Position = offset;
                for (var left = length; left > 0;)
                {
                    var read = await source.ReadAsync(block.AsMemory(0, (int)Math.Min(left, BlockSize)), cancellation);
                    if (read == 0)
                    {
                        throw new IsoMediaException("The file ends too early.");
                    }

                    hash.AppendData(block, 0, read);
                    await target.WriteAsync(block.AsMemory(0, read), cancellation);
                    left -= read;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return new PackagedFile(name, path, target.Length, Convert.ToHexStringLower(hash.GetHashAndReset()), contentType);
    }

    /// <summary>Fragments that follow each other are one copy; between them may stand boxes that are not published (free, sidx).</summary>
    private static List<(long Offset, long Length)> Coalesce(IReadOnlyList<FragmentRange> fragments)
    {
        var ranges = new List<(long Offset, long Length)>();
        foreach (var fragment in fragments)
        {
            if (ranges.Count > 0 && ranges[^1].Offset + ranges[^1].Length == fragment.Offset)
            {
                ranges[^1] = (ranges[^1].Offset, ranges[^1].Length + fragment.Length);
            }
            else
            {
                ranges.Add((fragment.Offset, fragment.Length));
            }
        }

        return ranges;
    }
}
