using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;

namespace Kinora.Benchmarks.Suites.Ladders;

/// <summary>What Kinora's own HLS costs against what ffmpeg alone can do, with the same encoder settings.</summary>
internal sealed class LadderSuite : ISuite
{
    public string Name => "ladder";

    public string Summary => "Kinora's HLS against ffmpeg's, as one process and as one for each rendition";

    public IReadOnlyList<string> Programs => ["ffmpeg"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var source = await FilmClip.MakeAsync(folder, scale, cancellation);
        await using var kinora = new KinoraLadder();
        var plan = await kinora.PlanAsync(source, cancellation);
        var outputs = Path.Combine(folder, "out");
        var ours = new KinoraLadderContender(source, outputs);
        var one = new FfmpegLadderContender("ffmpeg, one process", [FfmpegLadder.OneProcess(plan, source, outputs)], outputs);
        var each = new FfmpegLadderContender("ffmpeg, one for each rendition", FfmpegLadder.ProcessPerRendition(plan, source, outputs), outputs);
        return new Contest(
            [ours, one, each],
            [
                .. Against(one, "one process"),
                .. Against(each, "a process for each rendition"),
            ]);

        IEnumerable<Comparison> Against(FfmpegLadderContender other, string what) =>
            ((Metric[])[Metric.Cpu, Metric.Wall, Metric.Megabytes]).Select(m => new Comparison($"Kinora / {what}, {m.Name}", ours.Name, other.Name, m));
    }
}
