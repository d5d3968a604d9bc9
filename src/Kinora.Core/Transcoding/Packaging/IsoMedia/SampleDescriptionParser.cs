namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>The stsd box: sample entries of AVC, HEVC (ISO/IEC 14496-15) and MPEG-4 audio (ISO/IEC 14496-14).</summary>
internal static class SampleDescriptionParser
{
    // Fixed fields of VisualSampleEntry and AudioSampleEntry before their child boxes (ISO/IEC 14496-12 §12.1.3, §12.2.3).
    private const int VisualFields = 78;
    private const int AudioFields = 28;

    public static SampleDescription Parse(ReadOnlySpan<byte> descriptions, TrackKind kind)
    {
        var cursor = new ByteCursor(descriptions);
        cursor.FullBox();
        if (cursor.U32() != 1)
        {
            // A second entry is a change of parameters mid-stream, which one CODECS string and one RESOLUTION cannot describe.
            throw new IsoMediaException("The track must have one sample description.");
        }

        foreach (var entry in Box.Children(cursor.Take(cursor.Remaining)))
        {
            return (entry.Type, kind) switch
            {
                (BoxType.Avc1 or BoxType.Avc3 or BoxType.Hvc1 or BoxType.Hev1, TrackKind.Video) => ParseVisual(entry.Type, entry.Payload),
                (BoxType.Mp4a, TrackKind.Audio) => ParseAudio(entry.Payload),
                _ => throw new IsoMediaException($"The codec {BoxType.ToText(entry.Type)} cannot be packaged."),
            };
        }

        throw new IsoMediaException("The sample description is missing.");
    }

    private static SampleDescription ParseVisual(uint type, ReadOnlySpan<byte> entry)
    {
        var cursor = new ByteCursor(entry);
        var fields = new ByteCursor(cursor.Take(VisualFields));
        fields.Skip(24);
        var (width, height) = (fields.U16(), fields.U16());
        var isHevc = type is BoxType.Hvc1 or BoxType.Hev1;
        var configuration = Box.Find(cursor.Take(cursor.Remaining), isHevc ? BoxType.HvcC : BoxType.AvcC);
        var name = BoxType.ToText(type);
        return new SampleDescription
        {
            Kind = TrackKind.Video,
            Codec = isHevc ? CodecString.OfHevc(name, configuration) : CodecString.OfAvc(name, configuration),
            Width = width,
            Height = height,
            NalLengthSize = ReadNalLengthSize(configuration, isHevc),
            IsHevc = isHevc,
            Configuration = Convert.ToHexString(configuration),
        };
    }

    // lengthSizeMinusOne: the low two bits of byte 4 of avcC (14496-15 §5.3.3) and of byte 21 of hvcC (§8.3.3).
    private static int ReadNalLengthSize(ReadOnlySpan<byte> configuration, bool isHevc)
    {
        var cursor = new ByteCursor(configuration);
        cursor.Skip(isHevc ? 21 : 4);
        return (cursor.U8() & 3) + 1;
    }

    private static SampleDescription ParseAudio(ReadOnlySpan<byte> entry)
    {
        var cursor = new ByteCursor(entry);
        var fields = new ByteCursor(cursor.Take(AudioFields));
        fields.Skip(16);
        int channels = fields.U16();
        fields.Skip(6);
        var sampleRate = (int)(fields.U32() >> 16);
        var configuration = AudioConfiguration.Parse(Box.Find(cursor.Take(cursor.Remaining), BoxType.Esds));
        return new SampleDescription
        {
            Kind = TrackKind.Audio,
            Codec = configuration.Codec,
            Channels = configuration.Channels ?? channels,
            SampleRate = sampleRate,
        };
    }
}
