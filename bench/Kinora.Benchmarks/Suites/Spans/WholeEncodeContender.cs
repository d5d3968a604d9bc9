using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Processes;
using Kinora.Benchmarks.Suites.Deployments;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Spans;

/// <summary>
/// The same plan without its spans, by the encoder that a worker has for sources that cannot be cut. What it writes is what would be
/// published of the pictures: an init segment and fragments.
/// </summary>
internal sealed class WholeEncodeContender(string name, string source, string folder, PictureQuality pictures) : IContender
{
    public string Name => name;

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        await using var services = WorkerServices.Create();
        var plan = await SourcePlan.MakeAsync(services, source, [TranscodePlan.AvoidSpans], cancellation);
        var encoder = services.GetRequiredService<HlsEncoder>();
        Directory.CreateDirectory(folder);
        EncodeResult? encoded = null;
        var measured = await new UsageMeter(countsThisProcess: true).MeasureAsync(
            async () => encoded = await encoder.RunAsync(plan, source, folder, progress: null, cancellation));
        var files = encoded!.Tracks
            .Where(track => track.Kind == TrackKind.Video)
            .ToDictionary(track => track.Name, track => new RenditionFile(track.Path, new FileInfo(track.Path).Length));
        return measured.With(await pictures.MeasureAsync(files, cancellation));
    }
}
