using System.Security.Cryptography;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Encoding;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Worker.Jobs;

/// <summary>Makes the picture that stands for the video, and the storyboard, in one publication.</summary>
internal sealed class ThumbnailHandler(
    IDbContextFactory<KinoraDb> databases, SourceFetcher fetcher, ThumbnailMaker thumbnails, StoryboardMaker storyboards, Publisher publisher)
    : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var video = await SourceVideo.FindAsync(databases, context.Job, cancellation);
        var source = await fetcher.FetchAsync(video.Source.Key, video.Source.SizeBytes, video.Source.Sha256, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.ThumbnailAfterFetch, cancellation);
        context.Attempt.Report(20);

        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "pictures")).FullName;
        var thumbnail = Path.Combine(folder, PlaybackService.ThumbnailName);
        await thumbnails.RunAsync(source, video.MediaInfo!, thumbnail, cancellation);
        context.Attempt.Report(30);
        var storyboard = await storyboards.RunAsync(
            source, video.MediaInfo!, context.Job.Fence, folder, share => context.Attempt.Report(30 + (50 * share)), cancellation);
        await Failpoint.HitAsync(FailpointName.ThumbnailAfterFfmpeg, cancellation);
        context.Attempt.Report(80);

        var files = new List<LocalFile>();
        foreach (var path in storyboard.Prepend(thumbnail))
        {
            files.Add(await DescribeAsync(path, cancellation));
        }

        await publisher.PublishAsync(context.Job, files, null, share => context.Attempt.Report(80 + (19 * share)), cancellation);
    }

    private static async Task<LocalFile> DescribeAsync(string path, CancellationToken cancellation)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellation);
        var name = Path.GetFileName(path);
        var contentType = name == StoryboardNames.Text ? "text/vtt" : "image/jpeg";
        return new LocalFile(name, path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), contentType);
    }
}
