using System.Security.Cryptography;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Encoding;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Worker.Jobs;

/// <summary>Makes the picture that stands for the video.</summary>
internal sealed class ThumbnailHandler(
    IDbContextFactory<KinoraDb> databases, SourceFetcher fetcher, ThumbnailMaker thumbnails, Publisher publisher) : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var video = await SourceVideo.FindAsync(databases, context.Job, cancellation);
        var source = await fetcher.FetchAsync(video.SourceKey, video.SizeBytes, video.Sha256, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.ThumbnailAfterFetch, cancellation);
        context.Attempt.Report(20);

        var path = Path.Combine(context.Folder, PlaybackService.ThumbnailName);
        await thumbnails.RunAsync(source, video.MediaInfo!, path, cancellation);
        await Failpoint.HitAsync(FailpointName.ThumbnailAfterFfmpeg, cancellation);
        context.Attempt.Report(80);

        var bytes = await File.ReadAllBytesAsync(path, cancellation);
        var file = new LocalFile(
            PlaybackService.ThumbnailName, path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), "image/jpeg");
        await publisher.PublishAsync(context.Job, [file], null, share => context.Attempt.Report(80 + (19 * share)), cancellation);
    }
}
