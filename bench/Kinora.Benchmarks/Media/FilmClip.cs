using System.Globalization;
using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Media;

/// <summary>
/// A film of 30 frames a second that is about as hard to encode as a real one: a slow zoom into the Mandelbrot set (fine detail at its edges,
/// smooth areas, no still picture), under it and across it a moving test pattern (sharp edges, text), over all a little noise as of a camera.
/// H.264, and a tone as AAC.
/// </summary>
internal sealed record FilmClip(int Height, int MegabitsPerSecond, int KeyframeSeconds)
{
    /// <summary>As editors write it for the web: Kinora copies its pictures.</summary>
    public static readonly FilmClip Web = new(1080, 6, 2);

    /// <summary>The same with fewer keyframes than segments want: all of it has to be encoded.</summary>
    public static readonly FilmClip RareKeyframes = Web with { KeyframeSeconds = 10 };

    /// <summary>As cameras write it, of more bits than a copy may have: all of it has to be encoded.</summary>
    public static readonly FilmClip Camera = new(720, 8, 2);

    /// <param name="loopSeconds">Of what is made by itself. Encoders look ahead for one or two.</param>
    /// <param name="loops">How often it is shown, packets copied: minutes of film in seconds.</param>
    /// <returns>The path.</returns>
    public async Task<string> MakeAsync(string folder, string name, int loopSeconds, int loops, Scale scale, CancellationToken cancellation)
    {
        var loop = Path.Combine(folder, $"loop-{Height}-{KeyframeSeconds}-{loopSeconds}.mp4");
        if (!File.Exists(loop))
        {
            await MakeLoopAsync(loop, loopSeconds, scale, cancellation);
        }

        // The sound is as long as the pictures: looped itself, its last packet would leave a gap between two of them.
        var film = Path.Combine(folder, $"{name}.mp4");
        await Tool.FfmpegAsync(
            [
                "-stream_loop", Text(loops - 1), "-i", loop, "-f", "lavfi", "-i", $"sine=frequency=220:sample_rate=48000:duration={Text(loopSeconds * loops)}",
                "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "file:" + film,
            ],
            cancellation);
        return film;
    }

    private Task MakeLoopAsync(string path, int seconds, Scale scale, CancellationToken cancellation)
    {
        var interval = Text(KeyframeSeconds * 30);
        return Tool.FfmpegAsync(
            [
                "-f", "lavfi", "-i", $"mandelbrot=size={scale.Of("960x540", "480x270")}:rate=30:maxiter=300:end_scale=0.02:end_pts=2700",
                "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30",
                "-filter_complex",
                "[0:v]scale=1920:1080:flags=bicubic[zoom];[zoom][1:v]overlay=x='640+500*sin(t/3)':y='360+300*cos(t/5)'"
                    + $",scale=-2:{Text(Height)}:flags=bicubic,noise=alls=4:allf=t,format=yuv420p[v]",
                "-map", "[v]", "-t", Text(seconds),
                "-c:v", "libx264", "-preset", "veryfast", "-b:v", $"{Text(MegabitsPerSecond)}M",
                "-g", interval, "-keyint_min", interval, "-sc_threshold", "0", "file:" + path,
            ],
            cancellation);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
