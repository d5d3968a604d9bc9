namespace Kinora.Core.Infra.Media;

/// <summary>
/// The packets of one stream in file order; four arrays of one length, times in units of <see cref="TimeBase"/>.
/// <see cref="NoTimestamp"/> stands for a packet without a pts or dts.
/// </summary>
public sealed record PacketIndex(Rational TimeBase, long[] Pts, long[] Dts, int[] Sizes, PacketFlags[] Flags)
{
    public const long NoTimestamp = long.MinValue;

    public int Count => Pts.Length;

    /// <summary>The latest time at which a packet is shown; far below 0 where none has a time.</summary>
    public double LastSeconds => Pts.DefaultIfEmpty(NoTimestamp).Max() * TimeBase.ToDouble();
}

[Flags]
public enum PacketFlags : byte
{
    None = 0,
    Key = 1,

    /// <summary>Decoded, but not shown: outside of an edit list.</summary>
    Discard = 2,
    Corrupt = 4,
}
