using System.Globalization;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>When ffmpeg shows each frame that it decodes, in seconds from the first one.</summary>
/// <param name="Origin">When the first one is shown, in the input's own time.</param>
internal sealed record FrameTimes(double Origin, IReadOnlyList<double> Seconds)
{
    /// <summary>The usual distance of two frames, for as long as which the last one is shown; 0 where there is but one.</summary>
    public double Step { get; } = Seconds.Zip(Seconds.Skip(1), (one, next) => next - one).Order().ElementAtOrDefault((Seconds.Count - 1) / 2);

    public double Duration => Seconds[^1] + Step;

    public int Nearest(double seconds) => Enumerable.Range(0, Seconds.Count).MinBy(i => Math.Abs(Seconds[i] - seconds));

    /// <summary>How far frames are at most from where others are: by their places where these are as many, else from the nearest one.</summary>
    public double FarthestFrom(FrameTimes others) => Seconds.Select((time, i) =>
        Math.Abs(time - others.Seconds[others.Seconds.Count == Seconds.Count ? i : others.Nearest(time)])).Max();

    /// <param name="input">A URL, or a file as "file:...".</param>
    /// <param name="stream">As -map has it: "0:0".</param>
    public static async Task<FrameTimes> ReadAsync(string input, string stream)
    {
        var text = await Tools.RunAsync("ffmpeg", [
            "-nostdin", "-v", "error", "-copyts", "-i", input, "-map", stream,

            // The picture is of no matter here.
            "-vf", "scale=16:16:flags=neighbor", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framecrc", "-"]);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var timeBase = lines.Single(l => l.StartsWith("#tb 0:", StringComparison.Ordinal))[6..].Split('/').Select(Number).ToArray();
        var times = lines.Where(l => l[0] != '#').Select(l => Number(l.Split(',')[2]) * timeBase[0] / timeBase[1]).ToArray();
        return new FrameTimes((double)times[0], [.. times.Select(t => (double)(t - times[0]))]);

        static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
    }
}
