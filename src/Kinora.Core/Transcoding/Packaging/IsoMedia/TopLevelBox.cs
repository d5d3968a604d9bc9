using System.Buffers.Binary;

namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>Where a box of a file's top level stands. Files may have many GB: these are found by seeking, and no payload is read.</summary>
internal readonly record struct TopLevelBox(uint Type, long Offset, long Size, int HeaderSize)
{
    public long End => Offset + Size;

    public static IEnumerable<TopLevelBox> ReadAll(Stream stream)
    {
        var header = new byte[16];
        for (var offset = 0L; offset < stream.Length;)
        {
            var box = ReadAt(stream, offset, header);
            yield return box;
            offset = box.End;
        }
    }

    /// <summary>Those of a file that is being written, from a box's start on, whose last byte is there.</summary>
    public static IEnumerable<TopLevelBox> ReadComplete(Stream stream, long from)
    {
        var header = new byte[16];
        for (var offset = from; stream.Length - offset >= header.Length;)
        {
            ReadExactly(stream, offset, header);
            ulong size = BinaryPrimitives.ReadUInt32BigEndian(header);
            size = size == 1 ? BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)) : size;

            // 0 would be the rest of the file, whose end is not known yet.
            if (size == 0 || size > (ulong)(stream.Length - offset))
            {
                yield break;
            }

            var box = ReadAt(stream, offset, header);
            yield return box;
            offset = box.End;
        }
    }

    /// <summary>The payload; a box that is larger than <paramref name="limit"/> is refused before anything is allocated.</summary>
    public byte[] ReadPayload(Stream stream, int limit)
    {
        var length = Size - HeaderSize;
        if (length > limit)
        {
            throw new IsoMediaException($"The {BoxType.ToText(Type)} box of {length} bytes is too large.");
        }

        var payload = new byte[length];
        ReadExactly(stream, Offset + HeaderSize, payload);
        return payload;
    }

    public static void ReadExactly(Stream stream, long offset, Span<byte> buffer)
    {
        stream.Position = offset;
        try
        {
            stream.ReadExactly(buffer);
        }
        catch (EndOfStreamException e)
        {
            throw new IsoMediaException("The file ends too early.", e);
        }
    }

    private static TopLevelBox ReadAt(Stream stream, long offset, byte[] header)
    {
        var rest = stream.Length - offset;
        if (rest < 8)
        {
            throw new IsoMediaException("The file ends within the header of a box.");
        }

        var available = (int)Math.Min(rest, header.Length);
        ReadExactly(stream, offset, header.AsSpan(0, available));
        var type = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        ulong size = BinaryPrimitives.ReadUInt32BigEndian(header);
        var headerSize = 8;
        if (size == 1)
        {
            headerSize = 16;
            size = available == 16 ? BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)) : 0;
        }
        else if (size == 0)
        {
            size = (ulong)rest;
        }

        // Compared unsigned: a size of 2^63 and above would be negative as a long.
        if (size < (ulong)headerSize || size > (ulong)rest)
        {
            throw new IsoMediaException($"The {BoxType.ToText(type)} box at {offset} has a wrong size, or the file ends too early.");
        }

        return new TopLevelBox(type, offset, (long)size, headerSize);
    }
}
