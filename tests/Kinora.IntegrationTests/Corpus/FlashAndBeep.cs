using System.Globalization;
using System.Text.RegularExpressions;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>A dark clip in which a white picture and a beep come together every two seconds, or as far apart as is wanted.</summary>
internal static partial class FlashAndBeep
{
    private const int Seconds = 8;
    private const double Bright = 120;
    private const float Loud = 0.25f;

    // A beep lasts 0.1 s; the next one comes after two seconds.
    private const double Silence = 0.5;

    /// <summary>480x360, so that one rendition can be a copy and another has to be encoded.</summary>
    public static Task MakeAsync(string path, double pictureDelay, double soundDelay, int sampleRate = 48_000) => Tools.FfmpegAsync(
    [
        "-itsoffset", Text(pictureDelay), "-f", "lavfi", "-i",

        // A hundredth off the frames' own times, so that rounding decides nothing.
        $"color=black:s=480x360:r=25:d={Seconds},drawbox=c=white:t=fill:enable='lt(mod(t+1.41,2),0.12)'",
        "-itsoffset", Text(soundDelay), "-f", "lavfi", "-i", $"aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t+1.4,2),0.1)':s=48000:d={Seconds}",

        // Else MP4's late first picture would be repeated until it was on time.
        "-fps_mode", "passthrough",
        "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "50", "-pix_fmt", "yuv420p", "-ar", $"{sampleRate}", "-c:a", "aac", "-b:a", "128k", "file:" + path,
    ]);

    /// <summary>By how much each beep comes after its flash, in seconds.</summary>
    /// <param name="picture">A URL, or a file as "file:...".</param>
    public static async Task<IReadOnlyList<double>> MeasureAsync(string picture, string sound)
    {
        var text = await Tools.RunAsync("ffmpeg", [
            "-nostdin", "-v", "error", "-copyts", "-i", picture, "-map", "0:v:0",
            "-vf", "settb=1/1000000,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-", "-f", "null", "-"]);
        var frames = Frame().Matches(text).Select(f => (Seconds: Number(f, "pts") / 1e6, Brightness: Number(f, "brightness"))).ToArray();
        var flashes = frames.Zip(frames.Skip(1))
            .Where(pair => pair.First.Brightness < Bright && pair.Second.Brightness >= Bright)
            .Select(pair => pair.Second.Seconds);
        var beeps = (await SoundTimeline.ReadAsync(sound, "0:a:0", 0)).Onsets(Loud, Silence).ToArray();
        return [.. flashes.Select(flash => beeps.Select(beep => beep - flash).MinBy(Math.Abs))];
    }

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"pts:(?<pts>\d+) .*\n.*YAVG=(?<brightness>[\d.]+)")]
    private static partial Regex Frame();
}
