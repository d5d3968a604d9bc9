namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Row 48 and its like: Matroska whose elements lie (RFC 8794: an id, a length of 1 to 8 bytes, content), and headers of other formats.</summary>
internal static class MatroskaFiles
{
    private const string Elements = "elements of Matroska that lie";
    private const string Headers = "headers of other formats alone";
    private static readonly string[] Broken = ["CORRUPT", "NOT_A_VIDEO", "TOO_COMPLEX", "FORMAT_NOT_ALLOWED", "NO_VIDEO_STREAM"];
    private static readonly byte[] Segment = [0x18, 0x53, 0x80, 0x67];
    private static readonly byte[] UnknownLength = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    public static IEnumerable<HostileFile> All =>
    [
        Of("a header alone", []),
        Of("an empty segment of unknown length", [.. Segment, .. UnknownLength]),
        Of("100,000 voids", [.. Segment, .. UnknownLength, .. Bytes.Join([.. Enumerable.Repeat<byte[]>([0xEC, 0x81, 0], 100_000)])]),
        Of("a void of 2^56-2 bytes", [.. Segment, .. UnknownLength, 0xEC, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]),
        Of("segments in segments, 10,000 deep", Bytes.Join([.. Enumerable.Repeat<byte[]>([.. Segment, .. UnknownLength], 10_000)])),
        Of("tags in tags, 10,000 deep", [.. Segment, .. UnknownLength, 0x12, 0x54, 0xC3, 0x67, .. UnknownLength, .. Bytes.Join([.. Enumerable.Repeat<byte[]>([0x67, 0xC8, .. UnknownLength], 10_000)])]),
        Of("a track that is 10,000 times declared", [.. Segment, .. UnknownLength, 0x16, 0x54, 0xAE, 0x6B, .. UnknownLength, .. Bytes.Join([.. Enumerable.Repeat<byte[]>([0xAE, 0x86, 0xD7, 0x81, 1, 0x83, 0x81, 1], 10_000)])]),
        Of("cues without end", [.. Segment, .. UnknownLength, 0x1C, 0x53, 0xBB, 0x6B, .. UnknownLength, .. Bytes.Join([.. Enumerable.Repeat<byte[]>([0xBB, 0x80], 100_000)])]),
        Of("a length of no bytes", [.. Segment, 0x00]),
        .. Heads.Select(head => HostileFile.Of(Headers, $"{head.Name}, then nothing", [.. head.Bytes, .. new byte[4096]]).EndsAs([.. Broken, HostileFile.Refused])),
        .. Heads.Select(head => HostileFile.Of(Headers, $"{head.Name}, then noise", [.. head.Bytes, .. Noise()]).EndsAs([.. Broken, HostileFile.Refused, "CODEC_NOT_ALLOWED", "UNSUPPORTED_GEOMETRY", "TOO_MANY_STREAMS"])),
        .. Heads.Select(head => HostileFile.Of(Headers, $"{head.Name}, then 0xFF", [.. head.Bytes, .. Enumerable.Repeat((byte)0xFF, 65536)]).EndsAs([.. Broken, HostileFile.Refused, "CODEC_NOT_ALLOWED", "UNSUPPORTED_GEOMETRY"])),
    ];

    private static (string Name, byte[] Bytes)[] Heads =>
    [
        ("AVI", Bytes.Text("RIFF\u00ff\u00ff\u00ff\u007fAVI LIST\u00ff\u00ff\u00ff\u007fhdrlavih")),
        ("FLV", Bytes.Text("FLV\u0001\u0005\0\0\0\u0009\0\0\0\0")),
        ("Ogg", Bytes.Text("OggS\0\u0002\0\0\0\0\0\0\0\0")),
        ("ASF", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        ("MXF", [0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0D, 0x01, 0x02, 0x01, 0x01, 0x02, 0x04, 0x00, 0x83, 0xFF, 0xFF, 0xFF]),
        ("MPEG-PS", [0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xF8]),
        ("MPEG-TS", Bytes.Join([.. Enumerable.Range(0, 40).Select(i => (byte[])[0x47, 0x40, 0x00, (byte)(0x10 | (i & 15)), .. new byte[184]])])),
    ];

    private static HostileFile Of(string name, byte[] content) =>
        HostileFile.Of(Elements, name, [0x1A, 0x45, 0xDF, 0xA3, 0x8B, 0x42, 0x82, 0x88, .. "matroska"u8, .. content]).EndsAs([.. Broken, "TOO_MANY_STREAMS"]);

    private static byte[] Noise()
    {
        var bytes = new byte[65536];
        new Random(11).NextBytes(bytes);
        return bytes;
    }
}
