using System.Text;

namespace Kinora.Core.Uploads;

/// <summary>
/// Tells a media container by its first bytes; the file's name and declared type count for nothing. Only containers that the worker's
/// probe accepts (native/kinora_media) are known here.
/// </summary>
public static class MediaSniffer
{
    /// <summary>The bytes that <see cref="Detect"/> wants to see: enough for three transport stream packets.</summary>
    public const int HeadLength = 4096;

    private const int TsPacket = 188;
    private const int M2tsPacket = 192;

    /// <summary>ISO base media brands of still images: HEIF (ISO/IEC 23008-12) and AVIF.</summary>
    private static readonly string[] ImageBrands = ["heic", "heix", "heim", "heis", "mif1", "avif"];

    /// <param name="allowSound">Formats of sound alone are accepted.</param>
    /// <returns>The container's media type, or null: no container that is accepted.</returns>
    public static string? Detect(ReadOnlySpan<byte> head, bool allowSound = false) => DetectVideo(head) ?? (allowSound ? DetectSound(head) : null);

    private static string? DetectVideo(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 8 && IsIsoBox(head[4..8]))
        {
            return head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8) ? FromBrand(Encoding.Latin1.GetString(head[8..12])) : "video/quicktime";
        }

        if (StartsWith(head, [0x1A, 0x45, 0xDF, 0xA3]))
        {
            return head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) >= 0 ? "video/webm" : "video/x-matroska";
        }

        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("AVI "u8))
        {
            return "video/x-msvideo";
        }

        if (head.StartsWith("FLV\x01"u8))
        {
            return "video/x-flv";
        }

        if (head.StartsWith("OggS"u8))
        {
            return "video/ogg";
        }

        if (StartsWith(head, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9]))
        {
            return "video/x-ms-asf";
        }

        if (StartsWith(head, [0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01]))
        {
            return "application/mxf";
        }

        if (StartsWith(head, [0x00, 0x00, 0x01, 0xBA]) || StartsWith(head, [0x00, 0x00, 0x01, 0xB3]))
        {
            return "video/mpeg";
        }

        return IsTransportStream(head) ? "video/mp2t" : null;
    }

    private static string? DetectSound(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WAVE"u8))
        {
            return "audio/wav";
        }

        if (head.StartsWith("fLaC"u8))
        {
            return "audio/flac";
        }

        // A tag, which other formats may follow too: the probe tells. Or a frame of layer III, with a rate that exists (ISO/IEC 11172-3 §2.4.2.3).
        return head.StartsWith("ID3"u8)
            || (head.Length >= 4 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2 && head[2] >> 4 is not (0 or 15) && (head[2] & 0x0C) != 0x0C)
            ? "audio/mpeg"
            : null;
    }

    /// <summary>QuickTime files from before "ftyp" (ISO/IEC 14496-12 §4.3) begin with any of these.</summary>
    private static bool IsIsoBox(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("ftyp"u8) || type.SequenceEqual("moov"u8) || type.SequenceEqual("mdat"u8) || type.SequenceEqual("wide"u8)
        || type.SequenceEqual("free"u8) || type.SequenceEqual("skip"u8) || type.SequenceEqual("pnot"u8) || type.SequenceEqual("styp"u8);

    private static string? FromBrand(string brand) => brand switch
    {
        _ when ImageBrands.Contains(brand) => null,
        "qt  " => "video/quicktime",
        _ when brand.StartsWith("3g", StringComparison.Ordinal) => "video/3gpp",
        _ => "video/mp4",
    };

    /// <summary>The sync byte (ISO/IEC 13818-1 §2.4.3.2) at three packets' distance; m2ts puts four bytes before each packet.</summary>
    private static bool IsTransportStream(ReadOnlySpan<byte> head) => HasSync(head, 0, TsPacket) || HasSync(head, 4, M2tsPacket);

    private static bool HasSync(ReadOnlySpan<byte> head, int first, int distance) =>
        head.Length > first + (2 * distance)
        && head[first] == 0x47 && head[first + distance] == 0x47 && head[first + (2 * distance)] == 0x47;

    private static bool StartsWith(ReadOnlySpan<byte> head, ReadOnlySpan<byte> magic) => head.StartsWith(magic);
}
