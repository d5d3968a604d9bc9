using System.Globalization;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>
/// The brightness of a frame as it is shown, drawn into a square: there a picture can be held against another one in all eight ways in
/// which it can be turned and mirrored. What its shape is has to be asked apart.
/// </summary>
internal sealed class SquarePicture(byte[] pixels)
{
    private const int Side = 192;
    private const int Upright = 0;
    private const int Ways = 8;
    private const int Window = 8;
    private const int WindowStep = 4;

    /// <summary>Below it a window shows nothing but noise.</summary>
    private const double FlatVariance = 4;

    // Of the structural similarity index (Wang et al., 2004), for 8 bits.
    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    /// <summary>Frames by their numbers from 0, ascending, after what ffmpeg itself does for a display matrix.</summary>
    public static async Task<IReadOnlyList<SquarePicture>> ReadAsync(string input, string stream, bool isInterlaced, IReadOnlyList<int> frames)
    {
        var wanted = string.Join('+', frames.Select(n => string.Create(CultureInfo.InvariantCulture, $"eq(n\\,{n})")));
        var deinterlace = isInterlaced ? "bwdif=mode=send_frame:deint=interlaced," : "";
        var (bytes, _) = await Tools.RunForBytesAsync("ffmpeg", [
            "-nostdin", "-v", "error", "-i", input, "-map", stream,
            "-vf", $"{deinterlace}select={wanted},scale={Side}:{Side}:flags=area:out_range=tv,format=yuv420p,extractplanes=y",
            "-fps_mode", "passthrough", "-f", "rawvideo", "-"]);
        return [.. bytes.Chunk(Side * Side).Select(pixels => new SquarePicture(pixels))];
    }

    /// <summary>How alike pictures are.</summary>
    public static PictureLikeness Compare(IReadOnlyList<SquarePicture> shown, IReadOnlyList<SquarePicture> reference)
    {
        Assert.Equal(reference.Count, shown.Count);
        var structure = Enumerable.Range(Upright, Ways)
            .Select(way => shown.Zip(reference, (one, other) => one.SharedStructure(other.Turned(way))).Average())
            .ToArray();
        var similarity = shown.Zip(reference, (one, other) => one.Similarity(other)).Average();
        return new PictureLikeness(similarity, structure[Upright], structure[(Upright + 1)..].Max());
    }

    /// <summary>Mirrored (1), upside down (2), transposed (4), and all that these make together.</summary>
    public SquarePicture Turned(int way)
    {
        var turned = new byte[pixels.Length];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (column, row) = ((way & 1) == 0 ? x : Side - 1 - x, (way & 2) == 0 ? y : Side - 1 - y);
                turned[(y * Side) + x] = pixels[(way & 4) == 0 ? (row * Side) + column : (column * Side) + row];
            }
        }

        return new SquarePicture(turned);
    }

    /// <summary>SSIM, on the mean of all windows.</summary>
    private double Similarity(SquarePicture other) => Windows(other).Average(w =>
        ((2 * w.MeanA * w.MeanB) + C1) * ((2 * w.Covariance) + C2)
        / (((w.MeanA * w.MeanA) + (w.MeanB * w.MeanB) + C1) * (w.VarianceA + w.VarianceB + C2)));

    /// <summary>
    /// How strictly brightness follows the other's, or its reverse, within each window in which either has something to show: of two colours a
    /// smaller gamut may make the darker one the brighter one, but an edge stays where it is.
    /// </summary>
    private double? SharedStructure(SquarePicture other) => Windows(other)
        .Where(w => Math.Max(w.VarianceA, w.VarianceB) >= FlatVariance)
        .Average(w => (double?)(Math.Abs(w.Covariance) / (Math.Sqrt(w.VarianceA * w.VarianceB) + 1)));

    private IEnumerable<Statistics> Windows(SquarePicture other)
    {
        for (var y = 0; y + Window <= Side; y += WindowStep)
        {
            for (var x = 0; x + Window <= Side; x += WindowStep)
            {
                yield return Measure(pixels, other.Pixels, (y * Side) + x);
            }
        }
    }

    private byte[] Pixels => pixels;

    private static Statistics Measure(byte[] one, byte[] other, int corner)
    {
        var (sumA, sumB, squareA, squareB, product) = (0L, 0L, 0L, 0L, 0L);
        for (var y = 0; y < Window; y++)
        {
            for (var at = corner + (y * Side); at < corner + (y * Side) + Window; at++)
            {
                int a = one[at], b = other[at];
                sumA += a;
                sumB += b;
                squareA += a * a;
                squareB += b * b;
                product += a * b;
            }
        }

        const double Count = Window * Window;
        var (meanA, meanB) = (sumA / Count, sumB / Count);
        return new Statistics(
            meanA, meanB, (squareA / Count) - (meanA * meanA), (squareB / Count) - (meanB * meanB), (product / Count) - (meanA * meanB));
    }

    private readonly record struct Statistics(double MeanA, double MeanB, double VarianceA, double VarianceB, double Covariance);
}

/// <summary>On the mean of several pictures.</summary>
/// <param name="Similarity">SSIM.</param>
/// <param name="Structure">
/// How far brightness goes along with the reference's in every small window, whatever a tone curve made of it; null: both are plain.
/// </param>
/// <param name="StructureOtherwise">The same, with the reference in the likest of the seven wrong ways.</param>
internal sealed record PictureLikeness(double Similarity, double? Structure, double? StructureOtherwise)
{
    private const double MinSimilarity = 0.85;

    // Wrong pictures have 0.2 to 0.3 of it, with large plain fields up to 0.5.
    private const double MinStructure = 0.5;
    private const double MinLead = 0.2;

    public bool IsRight(bool isToneMapped) =>
        (isToneMapped || Similarity >= MinSimilarity)
        && (Structure is null || (Structure >= MinStructure && Structure >= StructureOtherwise + MinLead));
}
