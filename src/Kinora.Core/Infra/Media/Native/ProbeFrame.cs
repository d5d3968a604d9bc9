using System.Buffers.Binary;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>
/// What worker and helper tell each other: a length (4 bytes, little-endian, of what follows the kind), a kind (1 byte), a payload.
/// The worker sends Request; the helper sends Read as often as it needs to, each answered by Data (fewer bytes than asked for are
/// fine, none means the end), and ends with Info, with Packets frames and PacketsEnd, or with Failed.
/// </summary>
internal static class ProbeFrame
{
    public const int HeaderBytes = 5;

    /// <summary>The most that Data may bring, and Read may ask for.</summary>
    public const int MaxData = 1 << 20;

    /// <summary>Packets in a frame of them.</summary>
    public const int PacketsInFrame = 4096;

    /// <summary>Of what the helper sends.</summary>
    public const int MaxAnswer = 128 << 10;

    public static void WriteHeader(Span<byte> header, ProbeFrameKind kind, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        header[4] = (byte)kind;
    }

    /// <exception cref="ProbeProtocolException">The length is not one that a frame of the other side can have.</exception>
    public static (ProbeFrameKind Kind, int Length) ReadHeader(ReadOnlySpan<byte> header, int maxLength)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length >= 0 && length <= maxLength
            ? ((ProbeFrameKind)header[4], length)
            : throw new ProbeProtocolException($"A frame claims {length} bytes.");
    }
}

internal enum ProbeFrameKind : byte
{
    Read = 1,
    Info = 2,
    Packets = 3,
    PacketsEnd = 4,
    Failed = 5,
    Request = 16,
    Data = 17,
}
