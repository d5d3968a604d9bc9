using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Ladders;

/// <summary>
/// What a worker does of an HLS job between the fetched source and the first PUT, without database and store. The one place to change when
/// the pipeline does: it calls what the steps ScanPackets, MakePlan, Encode and BuildPackage call.
/// </summary>
internal sealed class KinoraLadder : IAsyncDisposable
{
    private readonly ServiceProvider _services = WorkerServices.Create();

    public async Task<TranscodePlan> PlanAsync(string sourcePath, CancellationToken cancellation)
    {
        var probe = _services.GetRequiredService<IMediaProbe>();
        using var source = new FileMediaSource(sourcePath);
        var info = await probe.GetMediaInfoAsync(source, cancellation);
        var video = info.Video ?? throw new InvalidOperationException($"{sourcePath} has no video.");
        var packets = await probe.ScanPacketsAsync(source, video.Index, cancellation);
        return _services.GetRequiredService<TranscodePlanner>().Plan(info, packets, renditions: null);
    }

    /// <summary>All of it, into the folder.</summary>
    /// <exception cref="JobFailedException">As the job would.</exception>
    public async Task RunAsync(string sourcePath, string folder, CancellationToken cancellation)
    {
        var plan = await PlanAsync(sourcePath, cancellation);
        var segments = plan.Segments!;
        var encodedFolder = Directory.CreateDirectory(Path.Combine(folder, "encoded")).FullName;
        var encoded = await _services.GetRequiredService<HlsEncoder>().RunAsync(plan, sourcePath, encodedFolder, progress: null, cancellation);
        var tracks = encoded.Tracks.Select(track => new TrackInput
        {
            Name = track.Name,
            Kind = track.Kind,
            Path = track.Path,
            Width = track.Width,
            Height = track.Height,
            FrameRate = track.FrameRate,
            Language = track.Kind == TrackKind.Audio ? plan.Audio.FirstOrDefault(audio => audio.Name == track.Name)?.Language : null,
        }).ToArray();
        var expectations = new Expectations
        {
            Frames = ExpectedFrames.Between(segments.Frames.Min, segments.Frames.Max ?? long.MaxValue),
            VideoDuration = segments.VideoDuration,
            SegmentStarts = segments.StartSeconds,
        };
        var package = await Packager.PackageAsync(tracks, Path.Combine(folder, "package"), segments.LongestSegment, expectations, cancellation);
        Directory.Delete(encodedFolder, recursive: true);
        if (package.Report.FirstFailure is { } failure)
        {
            throw new InvalidOperationException($"The package does not stand its verification: {failure}.");
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
