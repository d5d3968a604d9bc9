using System.Buffers.Text;
using Kinora.Core.Accounts;
using Kinora.Core.Errors;

namespace Kinora.Core.Videos;

/// <summary>Where a page of a user's list ended: an id, signed for that user, so that a cursor is either ours or refused.</summary>
public sealed class PageCursor(SigningKey key)
{
    private const string Purpose = "cursor";
    private const int IdLength = 16;
    private const int Length = IdLength + SigningKey.SignatureLength;

    public string Write(Guid last, Guid userId)
    {
        Span<byte> cursor = stackalloc byte[Length];
        last.TryWriteBytes(cursor, bigEndian: true, out _);
        key.Sign(Purpose, Message(cursor[..IdLength], userId)).CopyTo(cursor[IdLength..]);
        return Base64Url.EncodeToString(cursor);
    }

    /// <exception cref="ApiException">VALIDATION_ERROR: malformed, altered, or another user's.</exception>
    public Guid Read(string text, Guid userId)
    {
        Span<byte> cursor = stackalloc byte[Length];
        if (text.Length == Base64Url.GetEncodedLength(Length)
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, cursor, out _)
            && key.Verify(Purpose, Message(cursor[..IdLength], userId), cursor[IdLength..]))
        {
            return new Guid(cursor[..IdLength], bigEndian: true);
        }

        throw Refusal.Validation("cursor", "Not a cursor of this list.");
    }

    private static byte[] Message(ReadOnlySpan<byte> id, Guid userId) => [.. id, .. userId.ToByteArray()];
}
