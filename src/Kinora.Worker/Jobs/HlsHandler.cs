using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Steps;
using Kinora.Core.Transcoding.Units;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Worker.Jobs;

/// <summary>Makes the video's adaptive HLS, or a unit of it: see <see cref="HlsPipeline"/> and <see cref="HlsUnitRunner"/>.</summary>
internal sealed class HlsHandler(IDbContextFactory<KinoraDb> databases, HlsPipeline pipeline, HlsUnitRunner units) : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var video = await SourceVideo.FindAsync(databases, context.Job, cancellation);
        if (context.Job.ParentId is not null)
        {
            await units.RunAsync(context.Attempt, Source(HlsParams.Default), context.Folder, cancellation);
            return;
        }

        await pipeline.RunAsync(new HlsContext(context.Attempt, Source(HlsParams.Parse(context.Job.Params)), context.Folder), cancellation);

        HlsSource Source(HlsParams asked) => new(video.Source.Key, video.Source.SizeBytes, video.Source.Sha256, video.MediaInfo!, asked);
    }
}
