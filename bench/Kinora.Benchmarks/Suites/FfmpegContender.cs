using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Processes;

namespace Kinora.Benchmarks.Suites;

/// <summary>Commands of ffmpeg, one after the other: each keeps all cores busy by itself.</summary>
internal sealed class FfmpegContender(string name, IReadOnlyList<IReadOnlyList<string>> commands, string folder) : IContender
{
    public string Name => name;

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(async () =>
        {
            foreach (var arguments in commands)
            {
                await Tool.FfmpegAsync(arguments, cancellation);
            }
        });
        return measured.With([MadeMedia.TakeSize(folder), new(Metric.MediaCpu, measured.Values[Metric.Cpu])]);
    }
}
