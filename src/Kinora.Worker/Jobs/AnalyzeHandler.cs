using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kinora.Worker.Jobs;

/// <summary>Reads what the source is, by ranges of the object: it is never fetched whole for that.</summary>
internal sealed class AnalyzeHandler(
    IDbContextFactory<KinoraDb> databases,
    IObjectStore objects,
    IMediaProbe probe,
    IOptions<MediaOptions> limits,
    CompleteJob complete,
    JobDispatcher dispatcher) : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var video = await SourceVideo.FindAsync(databases, context.Job, cancellation);
        var source = new ObjectMediaSource(objects, video.SourceKey, video.SizeBytes);
        await Failpoint.HitAsync(FailpointName.AnalyzeBeforeProbe, cancellation);
        var info = await probe.GetMediaInfoAsync(source, cancellation);
        await Failpoint.HitAsync(FailpointName.AnalyzeAfterProbe, cancellation);
        MediaPolicy.Check(info, limits.Value);
        context.Attempt.Report(90);
        await Failpoint.HitAsync(FailpointName.AnalyzeBeforeComplete, cancellation);
        var followers = await complete.AnalysisAsync(context.Job, info, cancellation) ?? throw new JobLostException();
        await Failpoint.HitAsync(FailpointName.AnalyzeAfterComplete, cancellation);
        foreach (var jobId in followers)
        {
            await dispatcher.DispatchAsync(jobId, CancellationToken.None);
        }
    }
}
