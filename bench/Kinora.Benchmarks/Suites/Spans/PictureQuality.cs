using System.Globalization;
using System.Security.Cryptography;
using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Suites.Deployments;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Benchmarks.Suites.Spans;

/// <summary>Of how many bytes the renditions of a film are, and how like the film they look.</summary>
internal sealed class PictureQuality(string source, IReadOnlyList<Rendition> renditions)
{
    public static readonly Metric Megabytes = new("pictures of all renditions", "MB");

    private const string FrameValue = "All:";

    /// <summary>By the SHA-256 of a file: x264 makes the same bytes each time, and looking at them takes as long as making them.</summary>
    private readonly Dictionary<string, double> _known = [];

    /// <summary>Of brightness and colours, the mean over all frames.</summary>
    public static Metric SsimOf(Rendition rendition) => new($"SSIM of {rendition.Name}", "");

    /// <param name="files">One for each rendition, by its name.</param>
    public async Task<IReadOnlyDictionary<Metric, double>> MeasureAsync(
        IReadOnlyDictionary<string, RenditionFile> files, CancellationToken cancellation)
    {
        var values = new Dictionary<Metric, double> { [Megabytes] = renditions.Sum(r => files[r.Name].SizeBytes) / 1e6 };
        foreach (var rendition in renditions)
        {
            var path = files[rendition.Name].Path;
            var digest = await DigestAsync(path, cancellation);
            if (!_known.TryGetValue(digest, out var ssim))
            {
                _known[digest] = ssim = await CompareAsync(path, rendition, cancellation);
            }

            values[SsimOf(rendition)] = ssim;
        }

        return values;
    }

    private static async Task<string> DigestAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    /// <summary>With the film as the encoder got it: scaled in the same way. Frames are paired by their numbers; times bear a shift.</summary>
    private async Task<double> CompareAsync(string path, Rendition rendition, CancellationToken cancellation)
    {
        var scale = string.Create(CultureInfo.InvariantCulture, $"scale={rendition.Width}:{rendition.Height}:flags=bicubic");
        var output = await Tool.RunAsync(
            "ffmpeg",
            [
                "-nostdin", "-hide_banner", "-v", "error", "-i", "file:" + path, "-i", "file:" + source,
                "-filter_complex", $"[0:v]settb=AVTB,setpts=N[made];[1:v]{scale},format=yuv420p,settb=AVTB,setpts=N[film];[made][film]ssim=stats_file=-[both]",
                "-map", "[both]", "-fps_mode", "passthrough", "-f", "null", "-",
            ],
            cancellation);
        return output.Split(' ')
            .Where(word => word.StartsWith(FrameValue, StringComparison.Ordinal))
            .Average(word => double.Parse(word[FrameValue.Length..], CultureInfo.InvariantCulture));
    }
}
