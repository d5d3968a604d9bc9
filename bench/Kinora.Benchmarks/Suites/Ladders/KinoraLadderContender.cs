using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Processes;

namespace Kinora.Benchmarks.Suites.Ladders;

/// <summary>The whole of it counts: probe, scan, plan, encode, package, verification.</summary>
internal sealed class KinoraLadderContender(string source, string folder) : IContender
{
    public string Name => "Kinora";

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await using var kinora = new KinoraLadder();

        // Starts the probe's helper, which a worker has.
        await kinora.PlanAsync(source, cancellation);
        var measured = await new UsageMeter(countsThisProcess: true).MeasureAsync(() => kinora.RunAsync(source, folder, cancellation));
        return measured.With([MadeMedia.TakeSize(folder)]);
    }
}
