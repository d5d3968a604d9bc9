using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kinora.Core.Webhooks;

/// <summary>Secrets and signatures after the Standard Webhooks specification 1.0 (symmetric, HMAC-SHA256, "v1").</summary>
public static class WebhookSecret
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";
    private const string Version = "v1,";

    /// <summary>The specification asks for 24 to 64.</summary>
    private const int Length = 32;

    public static byte[] Create() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>As receivers' libraries take it.</summary>
    public static string Write(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>One signature for each secret, of which one is enough for a receiver.</summary>
    /// <param name="timestamp">Of the attempt; receivers refuse what is minutes old.</param>
    public static string Sign(Guid id, DateTimeOffset timestamp, ReadOnlySpan<byte> payload, IEnumerable<byte[]> secrets)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp.ToUnixTimeSeconds()}."));
        byte[] signed = [.. head, .. payload];
        return string.Join(' ', secrets.Select(secret => Version + Convert.ToBase64String(HMACSHA256.HashData(secret, signed))));
    }
}
