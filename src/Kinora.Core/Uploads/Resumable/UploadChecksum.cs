using System.Security.Cryptography;

namespace Kinora.Core.Uploads.Resumable;

/// <summary>What a request says of its bytes (tus 1.0, extension checksum).</summary>
public sealed class UploadChecksum : IDisposable
{
    private static readonly Dictionary<string, HashAlgorithmName> Algorithms = new()
    {
        ["sha1"] = HashAlgorithmName.SHA1, // the one that every server must know
        ["sha256"] = HashAlgorithmName.SHA256,
        ["md5"] = HashAlgorithmName.MD5,
    };

    private readonly IncrementalHash _hash;
    private readonly byte[] _expected;

    private UploadChecksum(HashAlgorithmName algorithm, byte[] expected) =>
        (_hash, _expected) = (IncrementalHash.CreateHash(algorithm), expected);

    public static IReadOnlyCollection<string> Names => Algorithms.Keys;

    /// <param name="text">"sha1 " and the hash in base64.</param>
    /// <returns>Null: it is no checksum, or of an algorithm that is not known.</returns>
    public static UploadChecksum? Parse(string text)
    {
        var parts = text.Split(' ');
        if (parts.Length != 2 || !Algorithms.TryGetValue(parts[0], out var algorithm))
        {
            return null;
        }

        var expected = new byte[64];
        if (!Convert.TryFromBase64String(parts[1], expected, out var length))
        {
            return null;
        }

        var checksum = new UploadChecksum(algorithm, expected[..length]);
        if (checksum._hash.HashLengthInBytes == length)
        {
            return checksum;
        }

        checksum.Dispose();
        return null;
    }

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public bool Matches() => _hash.GetCurrentHash().AsSpan().SequenceEqual(_expected);

    public void Dispose() => _hash.Dispose();
}
