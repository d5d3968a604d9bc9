using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>
/// Reads when every packet of the video is shown: where segments may start, and how many frames must come out. Of sound alone: how long it is.
/// </summary>
public sealed class ScanPackets(IMediaProbe probe) : IHlsStep
{
    public double ProgressAfter => 4;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var info = context.Source.Info;
        var stream = info.Video ?? info.Audio ?? throw new JobFailedException(JobErrorCode.NoVideoStream, "The file has no video.");
        using var source = new FileMediaSource(context.SourcePath);
        context.Packets = await probe.ScanPacketsAsync(source, stream.Index, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterScan, cancellation);
    }
}
