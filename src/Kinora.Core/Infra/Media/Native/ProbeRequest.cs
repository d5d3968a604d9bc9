using System.Buffers.Binary;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>What the worker asks of a helper. <see cref="StreamIndex"/> is that of a packet scan; null asks for the media info.</summary>
/// <param name="AllowSound">Formats of sound alone are opened too.</param>
internal sealed record ProbeRequest(int? StreamIndex, long SourceLength, long DeadlineMs, long MaxBytes, long MaxPackets, bool AllowSound)
{
    public const int Bytes = 37;

    public byte[] Write()
    {
        var payload = new byte[Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, StreamIndex ?? -1);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(4), SourceLength);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(12), DeadlineMs);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(20), MaxBytes);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(28), MaxPackets);
        payload[36] = AllowSound ? (byte)1 : (byte)0;
        return payload;
    }

    public static ProbeRequest Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Bytes)
        {
            throw new ProbeProtocolException("A request of another length.");
        }

        var stream = BinaryPrimitives.ReadInt32LittleEndian(payload);
        return new ProbeRequest(
            stream < 0 ? null : stream,
            BinaryPrimitives.ReadInt64LittleEndian(payload[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[28..]),
            payload[36] != 0);
    }
}
