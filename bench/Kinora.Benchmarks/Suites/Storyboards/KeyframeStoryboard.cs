namespace Kinora.Benchmarks.Suites.Storyboards;

/// <summary>Kinora's own way. The one place to change when Kinora.Core has a maker of storyboards: call that.</summary>
internal static class KeyframeStoryboard
{
    public const int IntervalSeconds = 2;

    public const string Sprite = "scale=160:-2,tile=10x10";

    public static IReadOnlyList<string> Arguments(string source, string folder) =>
    [
        // discard drops packets before the decoder, skip_frame pictures in it: together half the time of either.
        "-discard:v", "nokey", "-skip_frame", "nokey", "-i", "file:" + source, "-map", "0:v:0",
        "-vf", $"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{IntervalSeconds})',{Sprite}",
        .. Output(folder),
    ];

    public static string[] Output(string folder) =>
        ["-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "4", "-f", "image2", Path.Combine(folder, "%d.jpg")];
}
