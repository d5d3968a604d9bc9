using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kinora.Worker.Jobs;

/// <summary>
/// Reads what the source is, by ranges of the object. It is fetched whole only before it is condemned: no checksum covers a range, and a
/// bit that turned over on its way must not cost its owner the video.
/// </summary>
internal sealed partial class AnalyzeHandler(
    IDbContextFactory<KinoraDb> databases,
    IObjectStore objects,
    SourceFetcher fetcher,
    IMediaProbe probe,
    IOptions<MediaOptions> limits,
    CompleteJob complete,
    JobDispatcher dispatcher,
    ILogger<AnalyzeHandler> logger) : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var video = await SourceVideo.FindAsync(databases, context.Job, cancellation);
        await Failpoint.HitAsync(FailpointName.AnalyzeBeforeProbe, cancellation);
        var info = await ReadAsync(video.Source, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.AnalyzeAfterProbe, cancellation);
        context.Attempt.Report(90);
        await Failpoint.HitAsync(FailpointName.AnalyzeBeforeComplete, cancellation);
        var followers = await complete.AnalysisAsync(context.Job, info, cancellation) ?? throw new JobLostException();
        await Failpoint.HitAsync(FailpointName.AnalyzeAfterComplete, cancellation);
        foreach (var jobId in followers)
        {
            await dispatcher.DispatchAsync(jobId, CancellationToken.None);
        }
    }

    private async Task<MediaInfo> ReadAsync(VideoSource source, string folder, CancellationToken cancellation)
    {
        try
        {
            return await JudgeAsync(new ObjectMediaSource(objects, source.Key, source.SizeBytes), cancellation);
        }
        catch (JobFailedException e) when (!e.Code.IsRetryable && !fetcher.IsLocal)
        {
            LogConfirming(e.Code.Name);
        }
        catch (StorageException e) when (e.IsGarbled)
        {
            LogConfirming(JobErrorCode.Storage.Name);
        }

        var path = await fetcher.FetchAsync(source.Key, source.SizeBytes, source.Sha256, folder, cancellation);
        using var file = new FileMediaSource(path);
        return await JudgeAsync(file, cancellation);
    }

    private async Task<MediaInfo> JudgeAsync(IMediaSource source, CancellationToken cancellation)
    {
        var info = await probe.GetMediaInfoAsync(source, cancellation);
        MediaPolicy.Check(info, limits.Value);
        return info;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Over ranges the source seems {code}; a whole copy decides")]
    private partial void LogConfirming(string code);
}
