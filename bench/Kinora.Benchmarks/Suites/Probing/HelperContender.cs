using System.Diagnostics;
using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Processes;
using Kinora.Core.Infra.Media;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Probing;

/// <summary>getMediaInfo as the worker asks for it, of one file after the other; its helper is warm, since the worker keeps one.</summary>
internal sealed class HelperContender(IReadOnlyList<string> files) : IContender
{
    /// <summary>The runtime compiles code anew that was run 30 times: by then a worker is as fast as it gets.</summary>
    private const int WarmUpRequests = 60;

    public string Name => "Kinora";

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        await using var services = WorkerServices.Create();
        var probe = services.GetRequiredService<IMediaProbe>();
        for (var request = 0; request < WarmUpRequests; request++)
        {
            await ReadAsync(probe, files[request % files.Count], cancellation);
        }

        // This program asks and hands over the bytes of the file, which is the worker's part.
        return await new UsageMeter(countsThisProcess: true).MeasureAsync(async () =>
        {
            var times = new Dictionary<Metric, double>();
            foreach (var file in files)
            {
                var started = Stopwatch.GetTimestamp();
                await ReadAsync(probe, file, cancellation);
                times[ProbeSuite.MetricOf(file)] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            return times;
        });
    }

    private static async Task ReadAsync(IMediaProbe probe, string file, CancellationToken cancellation)
    {
        using var source = new FileMediaSource(file);
        await probe.GetMediaInfoAsync(source, cancellation);
    }
}
