namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>A time of a track, exact: ticks of its own timescale.</summary>
public readonly record struct MediaTime(long Ticks, uint Timescale)
{
    /// <summary>Rounded to the nearest microsecond, which is what a playlist's six decimals can tell.</summary>
    public long Microseconds
    {
        get
        {
            var scaled = (Int128)Ticks * 1_000_000;
            var half = (Int128)Timescale / 2;
            return (long)((scaled + (scaled < 0 ? -half : half)) / Timescale);
        }
    }

    /// <summary>Whether both times are the same within one tick of the coarser timescale.</summary>
    public bool IsSameAs(MediaTime other)
    {
        var difference = ((Int128)Ticks * other.Timescale) - ((Int128)other.Ticks * Timescale);
        return Int128.Abs(difference) <= Math.Max(Timescale, other.Timescale);
    }
}
