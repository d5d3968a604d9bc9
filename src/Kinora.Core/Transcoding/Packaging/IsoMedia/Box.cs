using System.Buffers.Binary;

namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>A box in memory. Nothing here recurses: parsers descend by name, so depth is theirs to choose and not the file's.</summary>
internal readonly ref struct Box(uint type, ReadOnlySpan<byte> payload)
{
    public uint Type { get; } = type;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    public static BoxEnumerator Children(ReadOnlySpan<byte> payload) => new(payload);

    public static bool TryFind(ReadOnlySpan<byte> payload, uint type, out ReadOnlySpan<byte> found)
    {
        foreach (var child in Children(payload))
        {
            if (child.Type == type)
            {
                found = child.Payload;
                return true;
            }
        }

        found = default;
        return false;
    }

    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> payload, uint type) => TryFind(payload, type, out var found)
        ? found
        : throw new IsoMediaException($"There is no {BoxType.ToText(type)} box.");
}

internal ref struct BoxEnumerator(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    public Box Current { get; private set; }

    public readonly BoxEnumerator GetEnumerator() => this;

    public bool MoveNext()
    {
        // A few bytes after the last child are padding in some writers (QuickTime ends udta with four zeros), never a box.
        if (_rest.Length < 8)
        {
            return false;
        }

        var type = BinaryPrimitives.ReadUInt32BigEndian(_rest[4..]);
        ulong size = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        var header = 8;
        if (size == 1)
        {
            header = 16;
            size = _rest.Length >= 16 ? BinaryPrimitives.ReadUInt64BigEndian(_rest[8..]) : 0;
        }

        // Size 0 ("to the end of the file") belongs to top-level boxes only (ISO/IEC 14496-12 §4.2).
        if (size < (ulong)header || size > (ulong)_rest.Length)
        {
            throw new IsoMediaException($"The {BoxType.ToText(type)} box has a wrong size.");
        }

        Current = new Box(type, _rest[header..(int)size]);
        _rest = _rest[(int)size..];
        return true;
    }
}
