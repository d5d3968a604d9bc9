using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Processes;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Encoding;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Storyboards;

/// <summary>Kinora's own, as a worker's THUMBNAIL job makes it beside the thumbnail.</summary>
internal sealed class StoryboardContender(string name, string source, string folder) : IContender
{
    public string Name => name;

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        await using var services = WorkerServices.Create();
        var maker = services.GetRequiredService<StoryboardMaker>();
        using var media = new FileMediaSource(source);
        var info = await services.GetRequiredService<IMediaProbe>().GetMediaInfoAsync(media, cancellation);

        // A worker has compiled it long ago.
        await MakeAsync(maker, info, cancellation);
        return await new UsageMeter(countsThisProcess: true).MeasureAsync(() => MakeAsync(maker, info, cancellation));
    }

    private async Task MakeAsync(StoryboardMaker maker, MediaInfo info, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var made = await maker.RunAsync(source, info, edition: 1, folder, _ => { }, cancellation);
        if (made.Count == 0)
        {
            throw new InvalidOperationException($"{source} has no storyboard.");
        }

        Directory.Delete(folder, recursive: true);
    }
}
