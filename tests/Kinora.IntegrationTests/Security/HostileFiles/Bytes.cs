using System.Buffers.Binary;
using System.Text;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Bytes of formats, big-endian as ISO base media files and Matroska are.</summary>
internal static class Bytes
{
    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U32(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    /// <summary>ISO/IEC 14496-12 §4.2.</summary>
    public static byte[] Box(string type, params byte[][] content)
    {
        var body = Join(content);
        return [.. U32(8 + body.Length), .. Text(type), .. body];
    }

    /// <summary>Where the first four bytes of the name stand.</summary>
    public static int Find(byte[] file, string name, int from = 0) => file.AsSpan(from).IndexOf(Text(name)) is >= 0 and var at
        ? from + at
        : throw new InvalidOperationException($"There is no {name}.");

    /// <summary>The file with these bytes at the place.</summary>
    public static byte[] With(byte[] file, int at, params byte[] bytes)
    {
        byte[] copy = [.. file];
        bytes.CopyTo(copy, at);
        return copy;
    }
}
