namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Rows 47, 50, 52, 53, 55, 57 and 59: MP4 and MOV whose boxes lie.</summary>
/// <param name="plain">A sound MP4 of 320x180, 2 s, H.264 and AAC, its index at the end.</param>
/// <param name="canary">The path of a file that nobody is to read.</param>
internal sealed class IsoFiles(byte[] plain, string canary)
{
    private const string Boxes = "boxes of MP4 that lie";
    private const string References = "MOV that refers to another file";
    private const string Cut = "MP4 cut off";
    private const string Claims = "MP4 that claims what it does not hold";

    private static readonly string[] Broken = ["CORRUPT", "NOT_A_VIDEO", "TOO_COMPLEX"];
    private static readonly string[] BrokenOrPlays = [.. Broken, HostileFile.Plays];

    public IEnumerable<HostileFile> All => [.. Lying, .. Referring, .. CutOff, .. Claiming];

    private IEnumerable<HostileFile> Lying =>
    [
        HostileFile.Of(Boxes, "a box of size 0", With("moov", -4, Bytes.U32(0))).EndsAs(BrokenOrPlays),
        HostileFile.Of(Boxes, "a box of size 1", With("moov", -4, Bytes.U32(1))).EndsAs(BrokenOrPlays),
        HostileFile.Of(Boxes, "a box of size 7", With("moov", -4, Bytes.U32(7))).EndsAs(Broken),
        HostileFile.Of(Boxes, "a box of size 2^32-1", With("moov", -4, Bytes.U32(0xFFFFFFFF))).EndsAs(BrokenOrPlays),
        HostileFile.Of(Boxes, "a box of size 2^63", [.. Head, .. Bytes.U32(1), .. Bytes.Text("moov"), .. Bytes.U64(1UL << 63)]).EndsAs(Broken),
        HostileFile.Of(Boxes, "a box of a negative size", [.. Head, .. Bytes.U32(1), .. Bytes.Text("moov"), .. Bytes.U64(ulong.MaxValue)]).EndsAs(Broken),
        HostileFile.Of(Boxes, "boxes 10,000 deep", [.. Head, .. Nested("moov", 10_000)]).EndsAs(Broken),
        HostileFile.Of(Boxes, "tracks 10,000 deep", [.. Head, .. Bytes.Box("moov", Nested("trak", 10_000))]).EndsAs([.. Broken, "TOO_MANY_STREAMS", "NO_VIDEO_STREAM"]),
        HostileFile.Of(Boxes, "100,000 empty boxes", [.. Head, .. Bytes.Join([.. Enumerable.Repeat(Bytes.Box("free"), 100_000)])]).EndsAs(Broken),
        HostileFile.Of(Boxes, "random bytes behind ftyp", [.. Head, .. Noise(1 << 20, 5)]).EndsAs(Broken),
        .. new[] { "stsz", "stts", "stsc", "stco", "ctts", "stss", "elst" }.SelectMany(Tables),
        .. new[] { "hdlr", "mdhd", "stsd", "avcC", "esds", "tkhd", "mvhd", "vmhd", "dinf" }.Select(box =>
            HostileFile.Of(Boxes, $"no {box}", With(box, 0, Bytes.Text("free"))).EndsAs([.. BrokenOrPlays, "NO_VIDEO_STREAM", "CODEC_NOT_ALLOWED", "UNSUPPORTED_GEOMETRY", "UNSUPPORTED_AUDIO"])),
        HostileFile.Of(Boxes, "two indexes", [.. plain, .. plain[(Bytes.Find(plain, "moov") - 4)..]]).EndsAs([.. BrokenOrPlays, "TOO_MANY_STREAMS"]),
    ];

    /// <summary>Of both kinds that libavformat follows when it is told to: by an alias and by a URL.</summary>
    private IEnumerable<HostileFile> Referring =>
    [
        HostileFile.Of(References, "a data reference by URL", Refer(Bytes.Box("url ", Bytes.U32(0), Bytes.Text($"file://{canary}\0")))).EndsAs(BrokenOrPlays),
        HostileFile.Of(References, "a data reference by name", Refer(Bytes.Box("urn ", Bytes.U32(0), Bytes.Text($"x\0{canary}\0")))).EndsAs(BrokenOrPlays),
        HostileFile.Of(References, "an alias", Refer(Bytes.Box("alis", Bytes.U32(0), Alias(canary)))).EndsAs(BrokenOrPlays),
        HostileFile.Of(References, "a movie of references", [.. Head, .. Bytes.Box("moov", Bytes.Box("rmra", Bytes.Box("rmda",
            Bytes.Box("rdrf", Bytes.U32(0), Bytes.Text("url "), Bytes.U32(canary.Length + 1), Bytes.Text(canary + "\0")))))]).EndsAs(Broken),
    ];

    private IEnumerable<HostileFile> CutOff =>
    [
        .. new[] { 1, 10, 50, 90, 99 }.Select(percent =>
            HostileFile.Of(Cut, $"its first {percent} %", plain[..(plain.Length * percent / 100)]).EndsAs("CORRUPT", "NOT_A_VIDEO")),
        HostileFile.Of(Cut, "no index", plain[..(Bytes.Find(plain, "moov") - 4)]).EndsAs("CORRUPT"),
        HostileFile.Of(Cut, "the index at the end, all well", plain).EndsAs(HostileFile.Plays),
        HostileFile.Of(Cut, "without its samples", [.. Head, .. plain[(Bytes.Find(plain, "moov") - 4)..]]).EndsAs("CORRUPT"),
        HostileFile.Of(Cut, "ftyp alone", Head).EndsAs("CORRUPT", "NOT_A_VIDEO"),
    ];

    private IEnumerable<HostileFile> Claiming =>
    [
        // 4 bytes of version and flags, 8 of times, the track's number, then the duration; 32 bits each. Times are in units of 1 ms.
        HostileFile.Of(Claims, "10,000 hours", With("mvhd", 20, Bytes.U32(3_600_000_000))).EndsAs([.. BrokenOrPlays, "DURATION_LIMIT"]),
        HostileFile.Of(Claims, "a track of 10,000 hours", WithMediaDuration(0xFFFFFFF0)).EndsAs([.. BrokenOrPlays, "DURATION_LIMIT"]),
        HostileFile.Of(Claims, "a track of no length", WithMediaDuration(0)).EndsAs(BrokenOrPlays),
        HostileFile.Of(Claims, "a timescale of 0", With("mdhd", 16, Bytes.U32(0))).EndsAs(BrokenOrPlays),
        HostileFile.Of(Claims, "a timescale of 2^32-1", With("mdhd", 16, Bytes.U32(0xFFFFFFFF))).EndsAs([.. BrokenOrPlays, "FRAME_LIMIT"]),
        HostileFile.Of(Claims, "a timescale of 1", With("mdhd", 16, Bytes.U32(1))).EndsAs([.. BrokenOrPlays, "DURATION_LIMIT"]),

        // The sample entry: 6 bytes, a number, 16 bytes, then width and height.
        HostileFile.Of(Claims, "65,535 by 65,535", With("avc1", 28, [0xFF, 0xFF, 0xFF, 0xFF])).EndsAs([.. BrokenOrPlays, "RESOLUTION_LIMIT"]),
        HostileFile.Of(Claims, "0 by 0", With("avc1", 28, [0, 0, 0, 0])).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_GEOMETRY"]),
        HostileFile.Of(Claims, "encryption", With("avc1", 0, Bytes.Text("encv"))).EndsAs([.. Broken, "ENCRYPTED", "CODEC_NOT_ALLOWED", "NO_VIDEO_STREAM"]),
        HostileFile.Of(Claims, "another codec: MagicYUV", With("avc1", 0, Bytes.Text("M8RG"))).EndsAs("CODEC_NOT_ALLOWED"),
        HostileFile.Of(Claims, "another codec: H.263", With("avc1", 0, Bytes.Text("s263"))).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_GEOMETRY"]),
        HostileFile.Of(Claims, "another codec: ProRes", With("avc1", 0, Bytes.Text("apcn"))).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_GEOMETRY"]),
        HostileFile.Of(Claims, "another codec: HEVC", With("avc1", 0, Bytes.Text("hvc1"))).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_GEOMETRY"]),
        HostileFile.Of(Claims, "another codec for sound: FLAC", With("mp4a", 0, Bytes.Text("fLaC"))).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_AUDIO"]),
        HostileFile.Of(Claims, "1,000 tracks", WithTracks(1000)).EndsAs("TOO_MANY_STREAMS"),
        HostileFile.Of(Claims, "64 channels of sound", With("mp4a", 20, Bytes.U16(64))).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_AUDIO"]),
        HostileFile.Of(Claims, "sound of 1 Hz", With("mp4a", 28, Bytes.U32(1 << 16))).EndsAs([.. BrokenOrPlays, "UNSUPPORTED_AUDIO"]),
    ];

    private byte[] Head => plain[..(int)(((uint)plain[2] << 8) | plain[3])];

    /// <param name="offset">From the first letter of the box's name on. The names of codecs are also those of brands, in the file's head.</param>
    private byte[] With(string box, int offset, byte[] bytes) =>
        Bytes.With(plain, Bytes.Find(plain, box, box is "avc1" or "mp4a" ? Bytes.Find(plain, "stsd") : 0) + offset, bytes);

    private byte[] WithMediaDuration(long units) => With("mdhd", 20, Bytes.U32(units));

    /// <summary>A table that promises 2^32-1 entries, 2^28, and none.</summary>
    private IEnumerable<HostileFile> Tables(string box)
    {
        if (plain.AsSpan().IndexOf(Bytes.Text(box)) < 0)
        {
            yield break;
        }

        var count = box == "stsz" ? 12 : 8;
        foreach (var entries in (long[])[0xFFFFFFFF, 0x10000000, 0])
        {
            yield return HostileFile.Of(Boxes, $"{box} with {entries} entries", With(box, count, Bytes.U32(entries)))
                .EndsAs([.. BrokenOrPlays, "FRAME_LIMIT", "DURATION_LIMIT", "NO_VIDEO_STREAM"]);
        }
    }

    private static byte[] Nested(string box, int depth)
    {
        var all = new byte[depth * 8];
        for (var i = 0; i < depth; i++)
        {
            Bytes.U32((depth - i) * 8).CopyTo(all, i * 8);
            Bytes.Text(box).CopyTo(all, (i * 8) + 4);
        }

        return all;
    }

    /// <summary>In place of the reference that says "in this file".</summary>
    private byte[] Refer(byte[] reference)
    {
        var dref = Bytes.Find(plain, "dref") - 4;
        var old = (int)(((uint)plain[dref + 2] << 8) | plain[dref + 3]);
        byte[] entry = [.. Bytes.Box("dref", Bytes.U32(0), Bytes.U32(1), reference)];
        byte[] longer = [.. plain[..dref], .. entry, .. plain[(dref + old)..]];
        return Grow(longer, dref, entry.Length - old, "moov", "trak", "mdia", "minf", "dinf");
    }

    private byte[] WithTracks(int count)
    {
        var at = Bytes.Find(plain, "trak") - 4;
        var size = (int)(((uint)plain[at + 2] << 8) | plain[at + 3]);
        var more = Bytes.Join([.. Enumerable.Repeat(plain[at..(at + size)], count)]);
        return Grow([.. plain[..at], .. more, .. plain[at..]], at, more.Length, "moov");
    }

    /// <summary>The boxes that hold the place are longer by so much.</summary>
    private static byte[] Grow(byte[] file, int place, int by, params string[] boxes)
    {
        var at = 0;
        foreach (var box in boxes)
        {
            at = Bytes.Find(file, box, at);
            if (at < place)
            {
                var size = (uint)((file[at - 4] << 24) | (file[at - 3] << 16) | (file[at - 2] << 8) | file[at - 1]);
                Bytes.U32(size + by).CopyTo(file, at - 4);
            }
        }

        return file;
    }

    private static byte[] Alias(string path)
    {
        var name = path.Split('/')[^1];
        return Bytes.Join(Bytes.U32(0), Bytes.U16(150), Bytes.U16(2), Bytes.U16(0), new byte[28], new byte[12], [(byte)name.Length], Bytes.Text(name.PadRight(63, '\0')), new byte[16],
            Bytes.U16(0), Bytes.U16(0), new byte[14], Bytes.U16(18), Bytes.U16(path.Length), Bytes.Text(path), Bytes.U16(0xFFFF), Bytes.U16(0));
    }

    private static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
