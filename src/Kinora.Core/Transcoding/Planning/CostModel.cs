using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// Predicts bytes and CPU seconds: linear in decoded and in encoded pixels. Fitted on ffmpeg 5.1 on one two-core machine; content moves
/// both by a factor of two, so it serves for an order of magnitude, not for a bill.
/// </summary>
internal static class CostModel
{
    // Seconds a million pixels.
    private const double EncodeCost = 0.014;
    private const double ToneMapCost = 0.08;
    private const double DeinterlaceCost = 0.006;
    private const double StartCost = 0.2;
    private const double AudioCostPerSecond = 0.01;

    // Capped CRF rarely needs its cap: a cartoon of 62 s took a third of it, hand-held cameras all of it.
    private const double ShareOfCap = 0.45;

    public sealed record Cost(long Bytes, double CpuSeconds);

    public static Cost Predict(MediaStream video, IReadOnlyList<Rendition> renditions, int audioTracks, double seconds, long? sourceBitRate)
    {
        var sourceRate = FrameGrid.Nominal(video).ToDouble();
        var decoded = (double)video.Width * video.Height * sourceRate * seconds / 1e6;
        var made = renditions.Where(r => r.Mode == RenditionMode.Encode).Select(r => (double)r.Width * r.Height * r.FrameRate.ToDouble()).ToArray();
        var largest = made.DefaultIfEmpty(0).Max() * seconds / 1e6;
        var encoded = made.Sum() * seconds / 1e6;
        decoded = made.Length == 0 ? 0 : decoded;
        var cpu = StartCost
            + (decoded * DecodeCost(video.Codec))
            + (video.IsInterlaced ? decoded * DeinterlaceCost : 0)
            + (video.IsHdr ? largest * ToneMapCost : 0)
            + (encoded * EncodeCost)
            + (audioTracks * seconds * AudioCostPerSecond);

        var sourcePixels = Math.Max(1.0, (double)video.DisplayWidth * video.DisplayHeight);
        var bits = renditions.Sum(r =>
        {
            if (r.Mode == RenditionMode.Copy)
            {
                return r.MaxBitRate * seconds;
            }

            var capped = r.MaxBitRate * ShareOfCap;

            // A smaller picture needs fewer bits, but not in proportion: detail a pixel grows.
            var scaled = sourceBitRate * Math.Pow(r.Width * r.Height / sourcePixels, 0.75);
            return Math.Min(capped, scaled ?? capped) * seconds;
        });
        var audioBits = audioTracks * AudioPlan.BitRate * seconds;
        return new Cost((long)((bits + audioBits) / 8), cpu);
    }

    private static double DecodeCost(string codec) => codec switch
    {
        "hevc" or "av1" => 0.006,
        "mpeg1video" or "mpeg2video" or "mpeg4" or "h263" => 0.002,
        _ => 0.004,
    };
}
