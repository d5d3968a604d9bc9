using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>
/// Reads when every packet of the video is shown: where segments may start, and how many frames must come out. Of sound alone,
/// those of the track that ends last: how long it is.
/// </summary>
public sealed class ScanPackets(IMediaProbe probe) : IHlsStep
{
    public double ProgressAfter => 4;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var info = context.Source.Info;
        var streams = info.Video is { } video ? [video] : info.AudioTracks.Take(TranscodePlanner.MaxAudioTracks);
        using var source = new FileMediaSource(context.SourcePath);
        foreach (var stream in streams)
        {
            var packets = await probe.ScanPacketsAsync(source, stream.Index, cancellation);
            context.Packets = context.Packets is { } before && before.LastSeconds >= packets.LastSeconds ? before : packets;
        }

        await Failpoint.HitAsync(FailpointName.HlsAfterScan, cancellation);
    }
}
