using System.Buffers.Binary;

namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>Reads big-endian fields one after the other; running past the end is an <see cref="IsoMediaException"/>.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Remaining => _rest.Length;

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new IsoMediaException("A box is shorter than its fields.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public void Skip(int count) => Take(count);

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public int I32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public long I64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>The version and flags with which every full box starts (ISO/IEC 14496-12 §4.2).</summary>
    public (int Version, uint Flags) FullBox()
    {
        var word = U32();
        return ((int)(word >> 24), word & 0xFFFFFF);
    }
}
