using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Accounts;

/// <summary>
/// Keys for what else than access tokens we sign, derived from the one secret (HKDF, RFC 5869), so that a signature made for one purpose
/// is worth nothing for another.
/// </summary>
public sealed class SigningKey(IOptions<AuthOptions> options)
{
    public const int SignatureLength = 16;

    /// <param name="purpose">Names the kind of message: "playback", "cursor".</param>
    /// <returns>HMAC-SHA256 cut to 128 bits (RFC 2104 §5).</returns>
    public byte[] Sign(string purpose, ReadOnlySpan<byte> message)
    {
        var secret = Encoding.UTF8.GetBytes(options.Value.Secret);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes($"kinora {purpose}"));
        return HMACSHA256.HashData(key, message)[..SignatureLength];
    }

    public bool Verify(string purpose, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        CryptographicOperations.FixedTimeEquals(Sign(purpose, message), signature);
}
