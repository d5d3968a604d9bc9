using System.Buffers.Binary;
using System.Buffers.Text;
using Kinora.Core.Accounts;
using Kinora.Core.Errors;

namespace Kinora.Core.Playback;

/// <summary>
/// The right to play one video until a time, as a path segment: "~" and base64url of version, video id, expiry and signature. It stands
/// in the path, so that the relative URIs of a playlist inherit it and no playlist is rewritten.
/// </summary>
public sealed class PlaybackToken(SigningKey key, TimeProvider time)
{
    /// <summary>No name in a manifest starts with it.</summary>
    public const char Mark = '~';

    private const string Purpose = "playback";
    private const byte Version = 1;
    private const int MessageLength = 1 + 16 + 8;
    private const int Length = MessageLength + SigningKey.SignatureLength;

    public string Issue(Guid videoId, DateTimeOffset expiresAt)
    {
        Span<byte> token = stackalloc byte[Length];
        token[0] = Version;
        videoId.TryWriteBytes(token[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(token[17..], expiresAt.ToUnixTimeSeconds());
        key.Sign(Purpose, token[..MessageLength]).CopyTo(token[MessageLength..]);
        return Mark + Base64Url.EncodeToString(token);
    }

    /// <exception cref="ApiException">UNAUTHORIZED: it is malformed, altered or expired. FORBIDDEN: it is for another video.</exception>
    public void Check(string segment, Guid videoId)
    {
        Span<byte> token = stackalloc byte[Length];
        // IsValid first: the decoder throws at a character that is not of its alphabet.
        if (segment.Length != 1 + Base64Url.GetEncodedLength(Length)
            || segment[0] != Mark
            || !Base64Url.IsValid(segment.AsSpan(1))
            || !Base64Url.TryDecodeFromChars(segment.AsSpan(1), token, out var written)
            || written != Length
            || token[0] != Version
            || !key.Verify(Purpose, token[..MessageLength], token[MessageLength..]))
        {
            throw Refusal.Unauthorized("The playback URL is not valid.");
        }

        if (time.GetUtcNow().ToUnixTimeSeconds() >= BinaryPrimitives.ReadInt64BigEndian(token[17..]))
        {
            throw Refusal.Unauthorized("The playback URL has expired.");
        }

        if (new Guid(token[1..17], bigEndian: true) != videoId)
        {
            throw Refusal.Forbidden("The playback URL is for another video.");
        }
    }
}
