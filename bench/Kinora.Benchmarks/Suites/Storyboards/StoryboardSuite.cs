using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Suites.Ladders;

namespace Kinora.Benchmarks.Suites.Storyboards;

/// <summary>What the pictures along the seek bar add to the CPU of a transcode.</summary>
internal sealed class StoryboardSuite : ISuite
{
    public string Name => "storyboard";

    public string Summary => "a storyboard from keyframes against the HLS of the same source, and against a full decode";

    public IReadOnlyList<string> Programs => ["ffmpeg"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var source = await FilmClip.MakeAsync(folder, scale, cancellation);
        var outputs = Path.Combine(folder, "out");
        var keyframes = new StoryboardContender("Kinora, keyframes", KeyframeStoryboard.Arguments(source, outputs), outputs);
        var decode = new StoryboardContender("ffmpeg, full decode", FullDecode(source, outputs), outputs);
        var ladder = new KinoraLadderContender(source, outputs);
        return new Contest(
            [keyframes, decode, ladder],
            [
                new Comparison("storyboard / HLS, CPU time", keyframes.Name, ladder.Name, Metric.Cpu) { Goal = Goal.AtMost(0.02) },
                new Comparison("storyboard / full decode, CPU time", keyframes.Name, decode.Name, Metric.Cpu),
                new Comparison("full decode / HLS, CPU time", decode.Name, ladder.Name, Metric.Cpu),
            ]);
    }

    /// <summary>What PeerTube does: every picture is decoded, and the fps filter drops all but a few.</summary>
    private static IReadOnlyList<string> FullDecode(string source, string folder) =>
    [
        "-i", "file:" + source, "-map", "0:v:0", "-vf", $"fps=1/{KeyframeStoryboard.IntervalSeconds},{KeyframeStoryboard.Sprite}",
        .. KeyframeStoryboard.Output(folder),
    ];
}
