using System.Globalization;
using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Media;

/// <summary>
/// A clip of 1080p30 that is about as hard to encode as a film: a slow zoom into the Mandelbrot set (fine detail at its edges, smooth areas,
/// no still picture), under it and across it a moving test pattern (sharp edges, text), over all a little noise as of a camera. H.264 of
/// some 8 Mbit/s with a keyframe each 2 s, and a tone as AAC.
/// </summary>
internal static class FilmClip
{
    private const int LoopSeconds = 30;

    private const string Picture =
        "[0:v]scale=1920:1080:flags=bicubic[zoom];[zoom][1:v]overlay=x='640+500*sin(t/3)':y='360+300*cos(t/5)',noise=alls=4:allf=t,format=yuv420p[v]";

    /// <summary>90 s, the same 30 three times: encoders look ahead for one or two.</summary>
    public static async Task<string> MakeAsync(string folder, Scale scale, CancellationToken cancellation)
    {
        var loop = Path.Combine(folder, "loop.mp4");
        var seconds = scale.Of(LoopSeconds, 4);
        await Tool.FfmpegAsync(
            [
                "-f", "lavfi", "-i", $"mandelbrot=size={scale.Of("960x540", "480x270")}:rate=30:maxiter=300:end_scale=0.02:end_pts=2700",
                "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30",
                "-f", "lavfi", "-i", "sine=frequency=220:sample_rate=48000",
                "-filter_complex", Picture, "-map", "[v]", "-map", "2:a", "-t", seconds.ToString(CultureInfo.InvariantCulture),
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "60", "-c:a", "aac", "-b:a", "128k", "file:" + loop,
            ],
            cancellation);
        var clip = Path.Combine(folder, "film.mp4");
        await Tool.FfmpegAsync(["-stream_loop", scale.Of("2", "0"), "-i", loop, "-c", "copy", "-movflags", "+faststart", "file:" + clip], cancellation);
        return clip;
    }
}
