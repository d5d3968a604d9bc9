using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>Finds the one frame rate on whose grid every frame lies, if there is one, and sane frame rates where containers lie.</summary>
internal static class FrameGrid
{
    // Matroska rounds to 1 ms, at the origin and at the frame. A phone's jitter beyond it is kept (variable frame rate).
    private const double ToleranceSeconds = 0.001 + 1e-6;

    // Above it a "rate" is a time base (1000/1 in FLV, 600/1 in QuickTime).
    private const double MaxPlausibleRate = 300;

    // With more empty places the times are the source's own, and no grid of ours: a variable rate.
    private const double MaxEmptyShare = 0.05;

    /// <summary>The grid's rate and each frame's place on it; null when there is none.</summary>
    public static (Rational Rate, long[] Places)? Find(MediaStream video, Rational timeBase, long[] pts)
    {
        if (pts.Length == 0)
        {
            return null;
        }

        foreach (var rate in new[] { video.RealFrameRate, video.AverageFrameRate }.Where(IsPlausible).Distinct())
        {
            if (Places(rate, timeBase, pts) is { } places)
            {
                return (rate, places);
            }
        }

        return null;
    }

    /// <summary>The stated rate that is most likely true; 25 when none is.</summary>
    public static Rational Nominal(MediaStream video)
    {
        var (average, real) = (video.AverageFrameRate, video.RealFrameRate);

        // The real rate tells all timestamps apart, so the average cannot be above it unless it is nonsense. Fields count twice in it.
        if (IsPlausible(average) && (!IsPlausible(real) || average.ToDouble() <= real.ToDouble() * 1.01))
        {
            return average;
        }

        return IsPlausible(real) ? real : new Rational(25, 1);
    }

    /// <summary>Frames over the time they take, to a thousandth.</summary>
    public static Rational Average(Rational timeBase, long[] pts, Rational fallback)
    {
        if (pts.Length < 2)
        {
            return fallback;
        }

        var rate = (pts.Length - 1) / ((pts[^1] - pts[0]) * timeBase.ToDouble());
        return new Rational((int)Math.Clamp(Math.Round(rate * 1000), 1, 1_000_000), 1000);
    }

    private static bool IsPlausible(Rational rate) => rate.IsKnown && rate.ToDouble() <= MaxPlausibleRate;

    private static long[]? Places(Rational rate, Rational timeBase, long[] pts)
    {
        var step = 1 / rate.ToDouble();
        var places = new long[pts.Length];
        for (var i = 0; i < pts.Length; i++)
        {
            var seconds = (pts[i] - pts[0]) * timeBase.ToDouble();
            places[i] = (long)Math.Round(seconds / step);
            if (Math.Abs(seconds - (places[i] * step)) > ToleranceSeconds || (i > 0 && places[i] == places[i - 1]))
            {
                return null;
            }
        }

        return places[^1] + 1 - pts.Length <= MaxEmptyShare * pts.Length ? places : null;
    }
}
