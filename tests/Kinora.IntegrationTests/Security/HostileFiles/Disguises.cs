using System.IO.Compression;
using System.Text;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>
/// Rows 44 to 46 and 61 of what is sent: what is no video, under a video's name; above all scripts that name other files and addresses.
/// </summary>
/// <param name="canary">The path of a file that nobody is to read.</param>
/// <param name="port">On loopback, of a listener that nobody is to call.</param>
internal sealed class Disguises(string canary, int port)
{
    private const string OtherKinds = "other kinds of files under a video's name";
    private const string Scripts = "scripts that name other files and addresses";

    public IEnumerable<HostileFile> All =>
    [
        .. Others.Select(o => HostileFile.Of(OtherKinds, o.Name, o.Bytes).EndsAs(HostileFile.Refused)),
        .. Targets.SelectMany(target => Texts(target.Url).Select(text =>
            HostileFile.Of(Scripts, $"{text.Name} of {target.Name}", Encoding.UTF8.GetBytes(text.Text)).EndsAs(HostileFile.Refused))),
        .. Smuggled,
    ];

    private (string Name, string Url)[] Targets =>
    [
        ("a file", canary), ("file:", $"file://{canary}"), ("http:", $"http://127.0.0.1:{port}/x.ts"), ("tcp:", $"tcp://127.0.0.1:{port}"),
        ("concat:", $"concat:{canary}|{canary}"), ("subfile:", $"subfile,,start,0,end,64,,:{canary}"), ("data:", "data:text/plain;base64,AAAA"),
        ("crypto:", $"crypto+file://{canary}"), ("gopher:", $"gopher://127.0.0.1:{port}/_x"), ("unix:", "unix:/run/x.sock"), ("pipe:", "pipe:0"),
    ];

    private static (string Name, string Text)[] Texts(string url) =>
    [
        ("an HLS playlist", $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n"),
        ("an HLS playlist with a map and a key", $"#EXTM3U\n#EXT-X-MAP:URI=\"{url}\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"{url}\"\n#EXTINF:1,\nx.ts\n#EXT-X-ENDLIST\n"),
        ("an ffconcat script", $"ffconcat version 1.0\nfile '{url}'\nduration 1\n"),
        ("a DASH manifest", $"<?xml version=\"1.0\"?><MPD type=\"static\"><Period><AdaptationSet><Representation><BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>"),
        ("an SDP", $"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\na=control:{url}\r\nm=video 4 RTP/AVP 96\r\n"),
        ("an ASX", $"<asx version=\"3.0\"><entry><ref href=\"{url}\"/></entry></asx>"),
        ("a reference movie", $"[Reference]\nRef1={url}\n"),
    ];

    /// <summary>Scripts behind bytes that pass the door: whoever goes by the rest of the file finds them.</summary>
    private IEnumerable<HostileFile> Smuggled =>
        from target in Targets
        from text in Texts(target.Url).Take(4)
        from head in (byte[][])[Bytes.Box("ftyp", Bytes.Text("isom"), Bytes.U32(512), Bytes.Text("isom")), [0x1A, 0x45, 0xDF, 0xA3], Bytes.Text("RIFF\0\0\0\0AVI ")]
        select HostileFile.Of(Scripts, $"{text.Name} of {target.Name} behind {Convert.ToHexString(head[..4])}", [.. head, (byte)'\n', .. Encoding.UTF8.GetBytes(text.Text)])
            .EndsAs("CORRUPT", "NOT_A_VIDEO", "FORMAT_NOT_ALLOWED");

    private static (string Name, byte[] Bytes)[] Others =>
    [
        ("HTML", Bytes.Text("<!DOCTYPE html><html><script>alert(1)</script></html>")),
        ("SVG", Bytes.Text("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>")),
        ("PDF", Bytes.Text("%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI(http://127.0.0.1/)>>>>endobj\n")),
        ("ELF", File.ReadAllBytes("/usr/bin/true")),
        ("a ZIP", Zip()),
        ("a PNG", Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")),
        ("an APNG", Bytes.Text("\u0089PNG\r\n\u001a\n\0\0\0\u0008acTL\0\0\0\u0002\0\0\0\0")),
        ("an animated GIF", Bytes.Text("GIF89a\u0001\0\u0001\0\u0080\0\0\0\0\0\u00ff\u00ff\u00ff!\u00ff\u000bNETSCAPE2.0\u0003\u0001\0\0\0;")),
        ("a JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xD9]),
        ("a HEIC", Bytes.Box("ftyp", Bytes.Text("heic"), Bytes.U32(0), Bytes.Text("mif1heic"))),
        ("a cue sheet", Bytes.Text("FILE \"/etc/passwd\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n")),
        ("a filter graph", Bytes.Text("movie=/etc/passwd,scale=320:180[out0]\n")),
        ("a pattern of images", Bytes.Text("/etc/passw%1d\n")),
        ("a shell script", Bytes.Text("#!/bin/sh\nreboot\n")),
        ("an AviSynth script", Bytes.Text("AviSource(\"/etc/passwd\")\n")),
        ("a MIDI", [.. "MThd"u8, 0, 0, 0, 6, 0, 0, 0, 1, 0, 96]),
        ("zeros", new byte[4096]),
        ("one byte", [0]),
        ("noise", Noise(4096)),
    ];

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Zip()
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("../../x.mp4").Open();
            entry.Write("x"u8);
        }

        return memory.ToArray();
    }
}
