using System.Globalization;
using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Suites.Deployments;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Benchmarks.Suites.Storyboards;

/// <summary>What the pictures along the seek bar add to the CPU of a transcode.</summary>
internal sealed class StoryboardSuite : ISuite
{
    public string Name => "storyboard";

    public string Summary => "a storyboard from keyframes against the HLS of the same source, and against a full decode";

    public IReadOnlyList<string> Programs => ["ffmpeg", "redis-server"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var films = await HlsJobFilms.MakeAsync(folder, loops: 2, scale, cancellation);
        await using var services = WorkerServices.Create();
        var plan = await SourcePlan.MakeAsync(services, films.Measured, isCopied: false, cancellation);
        var outputs = Path.Combine(folder, "out");
        var keyframes = new StoryboardContender("Kinora, keyframes", films.Measured, outputs);
        var decode = new FfmpegContender("ffmpeg, full decode", [FullDecode(plan, films.Measured, outputs)], outputs);
        var hls = new HlsJobContender("HLS", films, folder);
        return new Contest(
            [keyframes, decode, hls],
            [
                new Comparison("storyboard / HLS, CPU time", keyframes.Name, hls.Name, Metric.Cpu) { Goal = Goal.AtMost(0.02) },
                new Comparison("storyboard / full decode, CPU time", keyframes.Name, decode.Name, Metric.Cpu),
                new Comparison("full decode / HLS, CPU time", decode.Name, hls.Name, Metric.Cpu),
            ],
            hls);
    }

    /// <summary>What PeerTube does: every picture is decoded, and the fps filter drops all but a few. Tiles and sprites as Kinora has them.</summary>
    private static IReadOnlyList<string> FullDecode(TranscodePlan plan, string source, string folder)
    {
        var storyboard = StoryboardPlan.Of(plan.Video, plan.Info) ?? throw new InvalidOperationException($"{source} has no known length.");
        var filters = string.Create(
            CultureInfo.InvariantCulture,
            $"fps=1/{storyboard.Interval.TotalSeconds},scale={storyboard.TileWidth}:{storyboard.TileHeight},tile={storyboard.Columns}x{storyboard.Rows}");
        return
        [
            "-i", "file:" + source, "-map", "0:v:0", "-vf", filters,
            "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "4", "-f", "image2", Path.Combine(folder, "%d.jpg"),
        ];
    }
}
