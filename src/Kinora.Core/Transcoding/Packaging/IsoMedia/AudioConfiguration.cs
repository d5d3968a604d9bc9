using System.Globalization;

namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>
/// The esds box: descriptors of ISO/IEC 14496-1 §7.2.6 around the AudioSpecificConfig of ISO/IEC 14496-3 §1.6.2.1. The channels are null
/// where the configuration leaves them to the stream.
/// </summary>
internal readonly record struct AudioConfiguration(string Codec, int? Channels)
{
    private const int ElementaryStreamTag = 3;
    private const int DecoderConfigTag = 4;
    private const int DecoderSpecificTag = 5;
    private const int Mpeg4Audio = 0x40;

    // channelConfiguration to channels: ISO/IEC 14496-3 table 1.19.
    private static ReadOnlySpan<byte> ChannelCounts => [0, 1, 2, 3, 4, 5, 6, 8];

    public static AudioConfiguration Parse(ReadOnlySpan<byte> box)
    {
        var cursor = new ByteCursor(box);
        cursor.FullBox();
        var stream = new ByteCursor(TakeDescriptor(ref cursor, ElementaryStreamTag));
        stream.Skip(2);
        var flags = stream.U8();
        stream.Skip((flags & 0x80) != 0 ? 2 : 0);
        stream.Skip((flags & 0x40) != 0 ? stream.U8() : 0);
        stream.Skip((flags & 0x20) != 0 ? 2 : 0);
        var decoder = new ByteCursor(TakeDescriptor(ref stream, DecoderConfigTag));
        var objectType = decoder.U8();
        if (objectType != Mpeg4Audio)
        {
            return new AudioConfiguration(string.Create(CultureInfo.InvariantCulture, $"mp4a.{objectType:X2}"), null);
        }

        decoder.Skip(12);
        return ParseSpecific(TakeDescriptor(ref decoder, DecoderSpecificTag));
    }

    private static AudioConfiguration ParseSpecific(ReadOnlySpan<byte> configuration)
    {
        // The fields end within 44 bits where the object type is escaped (6 more bits) and the frequency explicit (24 more).
        var bits = 0UL;
        for (var i = 0; i < 8; i++)
        {
            bits = (bits << 8) | (i < configuration.Length ? configuration[i] : (byte)0);
        }

        var position = 0;
        var objectType = ReadBits(bits, ref position, 5);
        if (objectType == 31)
        {
            objectType = 32 + ReadBits(bits, ref position, 6);
        }

        if (ReadBits(bits, ref position, 4) == 15)
        {
            position += 24;
        }

        var channels = ReadBits(bits, ref position, 4);
        if (position > configuration.Length * 8)
        {
            throw new IsoMediaException("The audio configuration is too short.");
        }

        return new AudioConfiguration(
            string.Create(CultureInfo.InvariantCulture, $"mp4a.40.{objectType}"),
            channels > 0 && channels < ChannelCounts.Length ? ChannelCounts[channels] : null);
    }

    private static int ReadBits(ulong bits, ref int position, int count)
    {
        position += count;
        return (int)((bits >> (64 - position)) & ((1UL << count) - 1));
    }

    private static ReadOnlySpan<byte> TakeDescriptor(ref ByteCursor cursor, int tag)
    {
        if (cursor.U8() != tag)
        {
            throw new IsoMediaException("The audio's descriptors stand in an unexpected order.");
        }

        var length = 0;
        for (var i = 0; i < 4; i++)
        {
            var part = cursor.U8();
            length = (length << 7) | (part & 0x7F);
            if (part < 0x80)
            {
                break;
            }
        }

        return cursor.Take(length);
    }
}
