namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>
/// Whether a fragment can be decoded without any other. The flags of a trun say what the muxer believed; a copied recovery point or an
/// open GOP bears the same flags, so the NAL units are asked too. Reads their headers, and parameter sets: one that the init segment does not
/// have is a change in mid-stream, which a decoder that was set up by the init segment need not follow (ISO/IEC 14496-15 §5.4.2.1).
/// </summary>
public static class RandomAccessPoint
{
    // Before the first slice stand at most a delimiter, parameter sets and SEI messages.
    private const int MostUnitsBeforeSlice = 64;

    /// <summary>Null when the fragment starts as it must, else what is wrong, in words.</summary>
    /// <exception cref="IsoMediaException">The first sample is damaged.</exception>
    public static string? FindFault(Stream stream, MovieFragment fragment, SampleDescription description)
    {
        if (!fragment.Samples[0].IsSync)
        {
            return "the first sample is not marked as a sync sample";
        }

        return description.Kind == TrackKind.Audio ? null : FindSliceFault(stream, fragment, description);
    }

    private static string? FindSliceFault(Stream stream, MovieFragment fragment, SampleDescription description)
    {
        Span<byte> header = stackalloc byte[5];
        header = header[..(description.NalLengthSize + 1)];
        var offset = fragment.FirstSampleOffset;
        for (var i = 0; i < MostUnitsBeforeSlice && offset + header.Length <= fragment.FirstSampleEnd; i++)
        {
            TopLevelBox.ReadExactly(stream, offset, header);
            var length = 0L;
            foreach (var part in header[..^1])
            {
                length = (length << 8) | part;
            }

            if (length == 0 || length > fragment.FirstSampleEnd - offset - description.NalLengthSize)
            {
                throw new IsoMediaException("A NAL unit is longer than its sample.");
            }

            if (IsSlice(header[^1], description.IsHevc, out var type))
            {
                return IsIdr(type, description.IsHevc) ? null : $"the first picture is no IDR picture but of NAL unit type {type}";
            }

            if (IsParameterSet(type, description.IsHevc)
                && !IsKnown(stream, offset + description.NalLengthSize, length, description.Configuration))
            {
                return "the parameter sets are other ones than the init segment's";
            }

            offset += description.NalLengthSize + length;
        }

        return "the first sample holds no picture";
    }

    // nal_unit_type: ITU-T H.264 table 7-1 (1 to 5 are slices), ITU-T H.265 table 7-1 (0 to 31 are).
    private static bool IsSlice(byte header, bool isHevc, out int type)
    {
        type = isHevc ? (header >> 1) & 0x3F : header & 0x1F;
        return isHevc ? type < 32 : type is >= 1 and <= 5;
    }

    private static bool IsParameterSet(int type, bool isHevc) => isHevc ? type is >= 32 and <= 34 : type is 7 or 8 or 15;

    /// <summary>The configuration holds its parameter sets as they stand in samples.</summary>
    private static bool IsKnown(Stream stream, long offset, long length, string configuration)
    {
        if (length > configuration.Length / 2)
        {
            return false;
        }

        var unit = new byte[length];
        TopLevelBox.ReadExactly(stream, offset, unit);
        return configuration.Contains(Convert.ToHexString(unit), StringComparison.Ordinal);
    }

    // HEVC: BLA_N_LP and IDR. CRA and BLA with leading pictures are open GOPs, which EXT-X-INDEPENDENT-SEGMENTS rules out.
    private static bool IsIdr(int type, bool isHevc) => isHevc ? type is >= 18 and <= 20 : type == 5;
}
