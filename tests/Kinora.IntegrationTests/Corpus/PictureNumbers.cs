using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>
/// A bar of eight black and white fields in a picture's corner, which are its number: so that a frame that is there twice, or in another's
/// place, is seen though all times be right.
/// </summary>
internal static class PictureNumbers
{
    private const int Bits = 8;
    private const int FieldWidth = 32;
    private const int Width = Bits * FieldWidth;
    private const int Height = 32;

    /// <summary>A filter graph's source, of the bar alone.</summary>
    public static string Source(string frameRate, int seconds) =>
        $"nullsrc=s={Width}x{Height}:r={frameRate}:d={seconds},"
        + $"geq=lum='if(mod(floor(N/pow(2\\,floor(X/{FieldWidth})))\\,2)\\,235\\,16)':cb=128:cr=128,format=yuv420p";

    /// <summary>The numbers of all frames that are decoded, in the order in which they are shown.</summary>
    /// <param name="source">Of the size in which the bar was drawn.</param>
    public static async Task<IReadOnlyList<int>> ReadAsync(string input, string stream, MadeSource source)
    {
        var crop = FormattableString.Invariant($"crop=iw*{Width}/{source.Width}:ih*{Height / 2}/{source.Height}:0:ih*{Height / 4}/{source.Height}");

        // Where a matrix turns and mirrors the picture, its bar is read as it was drawn.
        var upright = source.IsMirrored ? "transpose=cclock_flip," : "";
        var (fields, _) = await Tools.RunForBytesAsync("ffmpeg", [
            "-nostdin", "-v", "error", "-i", input, "-map", stream, "-vf", $"{upright}{crop},scale={Bits}:1:flags=area,format=yuv444p,extractplanes=y",
            "-fps_mode", "passthrough", "-f", "rawvideo", "-"]);

        // Black and white are what the source and its tone mapping make of them.
        var middle = (fields.Min() + fields.Max()) / 2;
        return [.. fields.Chunk(Bits).Select(bits => bits.Select((field, bit) => field > middle ? 1 << bit : 0).Sum())];
    }
}
