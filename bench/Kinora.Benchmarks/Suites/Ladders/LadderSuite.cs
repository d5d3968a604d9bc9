using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Suites.Deployments;

namespace Kinora.Benchmarks.Suites.Ladders;

/// <summary>What Kinora's HLS costs, all of its service included, against what ffmpeg alone can do with the same encoder settings.</summary>
internal sealed class LadderSuite : ISuite
{
    public string Name => "ladder";

    public string Summary => "Kinora's HLS against ffmpeg's, as one process and as one for each rendition";

    public IReadOnlyList<string> Programs => ["ffmpeg", "redis-server"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var films = await HlsJobFilms.MakeAsync(folder, loops: 2, scale, cancellation);
        await using var services = WorkerServices.Create();
        var plan = await SourcePlan.MakeAsync(services, films.Measured, isCopied: false, cancellation);
        var outputs = Path.Combine(folder, "out");
        var ours = new HlsJobContender("Kinora", films, folder);
        var one = new FfmpegContender("ffmpeg, one process", [FfmpegLadder.OneProcess(plan, films.Measured, outputs)], outputs);
        var each = new FfmpegContender(
            "ffmpeg, one for each rendition", FfmpegLadder.ProcessPerRendition(plan, films.Measured, outputs), outputs);
        return new Contest(
            [ours, one, each],
            [
                new Comparison("Kinora / one process, CPU time", ours.Name, one.Name, Metric.Cpu) { Goal = Goal.AtMost(1.02) },
                new Comparison("Kinora's worker alone / one process, CPU time", ours.Name, one.Name, Metric.MediaCpu),
                new Comparison("Kinora / one process, wall time", ours.Name, one.Name, Metric.Wall),
                new Comparison("Kinora / one process, bytes", ours.Name, one.Name, Metric.Megabytes),
                new Comparison("a process for each rendition / Kinora, CPU time", each.Name, ours.Name, Metric.Cpu) { Goal = Goal.AtLeast(1.3) },
                new Comparison("a process for each rendition / Kinora, wall time", each.Name, ours.Name, Metric.Wall),
                new Comparison("a process for each rendition / one process, CPU time", each.Name, one.Name, Metric.Cpu),
            ],
            ours);
    }
}
