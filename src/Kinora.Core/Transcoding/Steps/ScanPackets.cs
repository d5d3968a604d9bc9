using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Reads when every packet of the video is shown: where segments may start, and how many frames must come out.</summary>
public sealed class ScanPackets(IMediaProbe probe) : IHlsStep
{
    public double ProgressAfter => 4;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var video = context.Source.Info.Video ?? throw new JobFailedException(JobErrorCode.NoVideoStream, "The file has no video.");
        using var source = new FileMediaSource(context.SourcePath);
        context.Packets = await probe.ScanPacketsAsync(source, video.Index, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterScan, cancellation);
    }
}
