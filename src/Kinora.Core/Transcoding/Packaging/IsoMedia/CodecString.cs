using System.Globalization;
using System.Numerics;
using System.Text;

namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>The "codecs" parameter (RFC 6381) from decoder configuration records.</summary>
internal static class CodecString
{
    /// <summary>RFC 6381 §3.3: profile_idc, constraint flags and level_idc of avcC, in hexadecimal.</summary>
    public static string OfAvc(string entry, ReadOnlySpan<byte> configuration)
    {
        var cursor = new ByteCursor(configuration);
        cursor.Skip(1);
        return $"{entry}.{Convert.ToHexString(cursor.Take(3))}";
    }

    /// <summary>
    /// ISO/IEC 14496-15 Annex E.3: profile space and idc, compatibility flags in reverse bit order, tier and level, then the constraint
    /// bytes up to the last one that is not zero.
    /// </summary>
    public static string OfHevc(string entry, ReadOnlySpan<byte> configuration)
    {
        var cursor = new ByteCursor(configuration);
        cursor.Skip(1);
        var profile = cursor.U8();
        var compatibility = cursor.U32();
        var constraints = cursor.Take(6).TrimEnd((byte)0);
        var level = cursor.U8();

        var text = new StringBuilder(entry).Append('.');
        if (profile >> 6 is > 0 and var space)
        {
            text.Append((char)('A' + space - 1));
        }

        text.Append(CultureInfo.InvariantCulture, $"{profile & 0x1F}.{ReverseBits(compatibility):X}.");
        text.Append((profile & 0x20) == 0 ? 'L' : 'H').Append(level);
        foreach (var constraint in constraints)
        {
            text.Append(CultureInfo.InvariantCulture, $".{constraint:X}");
        }

        return text.ToString();
    }

    private static uint ReverseBits(uint value)
    {
        var reversed = 0u;
        for (; value != 0; value &= value - 1)
        {
            reversed |= 0x80000000 >> BitOperations.TrailingZeroCount(value);
        }

        return reversed;
    }
}
