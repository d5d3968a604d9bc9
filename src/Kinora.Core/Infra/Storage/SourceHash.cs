using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kinora.Core.Infra.Storage;

/// <summary>
/// The checksum of a source, as its row has it: SHA-256 of its bytes (32 bytes); or, of what came in parts over restarts, SHA-256 over the
/// SHA-256 of each part, and behind it the parts' length as a big-endian integer (36 bytes). S3 calls such a one composite. The state of a
/// hash that is half done cannot be stored; the hashes of whole parts can.
/// </summary>
public sealed class SourceHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _parts;
    private readonly int _partBytes;
    private int _inPart;

    private SourceHash(int partBytes)
    {
        _partBytes = partBytes;
        _parts = partBytes > 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>One that can be compared with this checksum.</summary>
    /// <exception cref="InvalidDataException">It is no checksum of a source.</exception>
    public static SourceHash Like(ReadOnlySpan<byte> checksum) => checksum.Length switch
    {
        SHA256.HashSizeInBytes => new SourceHash(0),
        SHA256.HashSizeInBytes + sizeof(int) when BinaryPrimitives.ReadInt32BigEndian(checksum[^sizeof(int)..]) is > 0 and var partBytes =>
            new SourceHash(partBytes),
        _ => throw new InvalidDataException("This is no checksum of a source."),
    };

    /// <param name="parts">SHA-256 of each part, in their order.</param>
    /// <param name="partBytes">Of all but the last, which may be shorter.</param>
    public static byte[] Compose(IEnumerable<byte[]> parts, int partBytes)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            all.AppendData(part);
        }

        return WithLength(all, partBytes);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_parts is null)
        {
            _hash.AppendData(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            var count = Math.Min(bytes.Length, _partBytes - _inPart);
            _hash.AppendData(bytes[..count]);
            bytes = bytes[count..];
            _inPart += count;
            if (_inPart == _partBytes)
            {
                EndPart(_parts);
            }
        }
    }

    /// <summary>Of all that was appended, which may be nothing.</summary>
    public byte[] Finish()
    {
        if (_parts is null)
        {
            return _hash.GetHashAndReset();
        }

        if (_inPart > 0)
        {
            EndPart(_parts);
        }

        return WithLength(_parts, _partBytes);
    }

    public void Dispose()
    {
        _hash.Dispose();
        _parts?.Dispose();
    }

    private static byte[] WithLength(IncrementalHash all, int partBytes)
    {
        var checksum = new byte[SHA256.HashSizeInBytes + sizeof(int)];
        all.GetHashAndReset(checksum);
        BinaryPrimitives.WriteInt32BigEndian(checksum.AsSpan(SHA256.HashSizeInBytes), partBytes);
        return checksum;
    }

    private void EndPart(IncrementalHash parts)
    {
        parts.AppendData(_hash.GetHashAndReset());
        _inPart = 0;
    }
}
