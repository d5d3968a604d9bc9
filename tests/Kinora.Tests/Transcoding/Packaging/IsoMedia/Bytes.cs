using System.Buffers.Binary;
using System.Text;

namespace Kinora.Tests.Transcoding.Packaging.IsoMedia;

/// <summary>Files made by hand, box by box.</summary>
internal static class Bytes
{
    /// <summary>avcC of High profile, level 3.1, with lengths of four bytes.</summary>
    public static readonly byte[] AvcConfiguration = [1, 0x64, 0x00, 0x1F, 0xFF, 0xE0, 0];

    /// <summary>A sample of one IDR slice: length 2, then nal_unit_type 5.</summary>
    public static readonly byte[] IdrSample = [0, 0, 0, 2, 0x65, 0x88];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Box(string type, params byte[][] parts)
    {
        var payload = Join(parts);
        return Join(U32((uint)(8 + payload.Length)), Encoding.ASCII.GetBytes(type), payload);
    }

    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Zeros(int count) => new byte[count];

    public static byte[] VisualEntry(string type, int width, int height, byte[] configuration) => Box(
        type, Zeros(24), U16(width), U16(height), Zeros(50), configuration);

    public static byte[] AvcEntry() => VisualEntry("avc1", 1280, 720, Box("avcC", AvcConfiguration));

    public static byte[] AudioEntry(byte objectType, params byte[] configuration) => Box(
        "mp4a", Zeros(16), U16(2), U16(16), Zeros(4), U32(48000u << 16), Box("esds", Zeros(4),
            Descriptor(3, U16(1), [0], Descriptor(4, [objectType], Zeros(12), Descriptor(5, configuration)))));

    /// <summary>A descriptor whose length is written in four bytes, as ffmpeg does.</summary>
    public static byte[] Descriptor(byte tag, params byte[][] parts)
    {
        var payload = Join(parts);
        return Join([tag, 0x80, 0x80, 0x80, (byte)payload.Length], payload);
    }

    public static byte[] Init(byte[] entry, string handler = "vide", byte[]? edits = null, uint timescale = 12800) => Join(
        Box("ftyp", Encoding.ASCII.GetBytes("iso5"), U32(512)),
        Box("moov",
            Box("mvhd", Zeros(12), U32(1000), Zeros(84)),
            Box("trak",
                Box("tkhd", Zeros(12), U32(1), Zeros(68)),
                edits ?? [],
                Box("mdia",
                    Box("mdhd", Zeros(12), U32(timescale), Zeros(8)),
                    Box("hdlr", Zeros(8), Encoding.ASCII.GetBytes(handler), Zeros(13)),
                    Box("minf", Box("stbl", Box("stsd", Zeros(4), U32(1), entry))))),
            Box("mvex", Box("trex", Zeros(4), U32(1), U32(1), U32(512), U32(0), U32(0x10000)))));

    /// <summary>An edit list of version 0; each entry is a duration (in thousandths of a second) and a media time.</summary>
    public static byte[] Edits(params (uint Duration, int MediaTime)[] entries) => Box("edts", Box(
        "elst", Zeros(4), U32((uint)entries.Length), Join(
            [.. entries.Select(e => Join(U32(e.Duration), U32((uint)e.MediaTime), U32(0x10000)))])));

    /// <summary>A fragment whose samples have the trex's duration: the first a sync sample, the others not.</summary>
    public static byte[] Fragment(uint sequence, ulong decodeTime, params byte[][] samples)
    {
        var moof = Make(0);
        return Join(Make(moof.Length + 8), Box("mdat", samples));

        byte[] Make(int dataOffset) => Box("moof",
            Box("mfhd", Zeros(4), U32(sequence)),
            Box("traf",
                Box("tfhd", U32(0x020000), U32(1)),
                Box("tfdt", U32(0x01000000), U64(decodeTime)),
                Box(
                    "trun",
                    U32(0x000205),
                    U32((uint)samples.Length),
                    U32((uint)dataOffset),
                    U32(0x02000000),
                    Join([.. samples.Select(s => U32((uint)s.Length))]))));
    }
}
