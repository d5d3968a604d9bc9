using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// Which sizes a source is offered in: 1080p, 720p, 480p, 360p and 240p by the short side as displayed, never above the source. A source
/// between two rungs adds its own size on top when it is over 12 % larger than the next
/// rung: less is not worth another encode, more would be seen.
/// </summary>
public static class Ladder
{
    private const double OwnSizeAbove = 1.12;

    // 1078 or 718 lines are a cropped 1080p or 720p: same name, own size.
    private const double SameNameWithin = 0.97;
    private const int MinSide = 16;
    private const int MaxSide = 16384;
    private const double MaxAspect = 20;
    private static readonly int[] ShortSides = [2160, 1440, 1080, 720, 480, 360, 240];

    // Bits per second at up to 30 fps, by pixels of a 16:9 picture; other shapes lie between. 240 to 1080 as Bunny and PeerTube have them.
    private static readonly (double Pixels, double BitRate)[] Caps =
    [
        (256 * 144, 250_000), (426 * 240, 500_000), (640 * 360, 800_000), (854 * 480, 1_400_000), (1280 * 720, 2_800_000),
        (1920 * 1080, 5_000_000), (2560 * 1440, 9_000_000), (3840 * 2160, 18_000_000),
    ];

    /// <summary>A size of the ladder.</summary>
    public sealed record Rung(string Name, int Width, int Height);

    /// <param name="video">With its display size.</param>
    /// <param name="maxShortSide">At least 240.</param>
    /// <returns>Largest first; at least one.</returns>
    /// <exception cref="JobFailedException">UNSUPPORTED_GEOMETRY</exception>
    public static IReadOnlyList<Rung> SizesFor(MediaStream video, int maxShortSide)
    {
        var (width, height) = (video.DisplayWidth, video.DisplayHeight);
        var (shortSide, longSide) = (Math.Min(width, height), Math.Max(width, height));
        if (shortSide < MinSide || longSide > MaxSide || (double)longSide / shortSide > MaxAspect)
        {
            throw new JobFailedException(JobErrorCode.UnsupportedGeometry, "The picture has a size or shape that is not supported.");
        }

        var rungs = ShortSides.Where(side => side <= maxShortSide && side <= shortSide).Select(side => Scaled(video, side)).ToList();
        var next = ShortSides.Where(side => side <= shortSide).DefaultIfEmpty(0).First();
        if (shortSide <= maxShortSide && shortSide > next * OwnSizeAbove)
        {
            var named = ShortSides.FirstOrDefault(side => side > shortSide && shortSide >= side * SameNameWithin && side <= maxShortSide);
            var own = Even(shortSide);
            rungs.Insert(0, new Rung(Name(named == 0 ? own : named), Even(width), Even(height)));
        }

        return rungs;
    }

    /// <summary>The encoder's cap in bits per second.</summary>
    /// <param name="source">The source's video bit rate, when known, and its codec: nothing is gained far above it.</param>
    public static int MaxBitRate(Rung rung, double frameRate, (long BitRate, string Codec)? source)
    {
        var pixels = (double)rung.Width * rung.Height;

        // Twice the frames need about half more bits: neighbours in time are alike.
        var cap = AtThirtyFrames(pixels) * (1 + (0.5 * Math.Clamp((frameRate - 30) / 30, 0, 1)));
        if (source is { } known)
        {
            // Codecs after H.264 say the same in fewer bits.
            var efficiency = known.Codec switch { "av1" => 2.0, "hevc" or "vp9" => 1.6, _ => 1.0 };

            // PeerTube's floor of 0.02 bits a pixel: a still picture's rate must not starve the first frame.
            var floor = Math.Max(100_000, 0.02 * pixels * Math.Max(frameRate, 24));
            cap = Math.Min(cap, Math.Max(floor, known.BitRate * 1.3 * efficiency));
        }

        return (int)(Math.Round(cap / 10_000) * 10_000);
    }

    private static double AtThirtyFrames(double pixels)
    {
        var upper = Math.Clamp(Array.FindIndex(Caps, cap => cap.Pixels >= pixels), 1, Caps.Length - 1);
        if (pixels > Caps[^1].Pixels)
        {
            upper = Caps.Length - 1;
        }

        var (low, high) = (Caps[upper - 1], Caps[upper]);
        var exponent = Math.Log(high.BitRate / low.BitRate) / Math.Log(high.Pixels / low.Pixels);
        return low.BitRate * Math.Pow(pixels / low.Pixels, exponent);
    }

    private static Rung Scaled(MediaStream video, int shortSide)
    {
        var (width, height) = (video.DisplayWidth, video.DisplayHeight);
        var scale = (double)shortSide / Math.Min(width, height);
        return width >= height
            ? new Rung(Name(shortSide), NearestEven(width * scale), shortSide)
            : new Rung(Name(shortSide), shortSide, NearestEven(height * scale));
    }

    private static string Name(int shortSide) => shortSide.ToString(CultureInfo.InvariantCulture) + "p";

    // 4:2:0 halves both sides.
    private static int Even(int side) => side & ~1;

    private static int NearestEven(double side) => (int)Math.Round(side / 2, MidpointRounding.AwayFromZero) * 2;
}
