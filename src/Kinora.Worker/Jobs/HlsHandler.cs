using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Steps;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Worker.Jobs;

/// <summary>Makes the video's adaptive HLS: see <see cref="HlsPipeline"/>.</summary>
internal sealed class HlsHandler(IDbContextFactory<KinoraDb> databases, HlsPipeline pipeline) : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var video = await SourceVideo.FindAsync(databases, context.Job, cancellation);
        var source = new HlsSource(video.SourceKey, video.SizeBytes, video.Sha256, video.MediaInfo!, HlsParams.Parse(context.Job.Params));
        await pipeline.RunAsync(new HlsContext(context.Attempt, source, context.Folder), cancellation);
    }
}
